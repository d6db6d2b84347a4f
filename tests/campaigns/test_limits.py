"""No template takes the memory or the time of the server, and ordinary ones are not hindered."""

import pytest
from liquid.exceptions import LiquidError

from campaigns.limits import LimitedEnvironment

TEN_THOUSAND = "{% capture s %}{% for i in (1..5000) %}xy{% endfor %}{% endcapture %}"
FIFTY = "{% capture s %}{% for i in (1..5000) %}xyxyxyxyxy{% endfor %}{% endcapture %}"


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..99999999999) %}x{% endfor %}",
        "{% tablerow i in (1..99999999999) %}x{% endtablerow %}",
        "{{ (1..99999999999999999999999) | join: ',' }}",
        "{% assign all = (1..99999999999) %}{{ all | reverse }}",
        "{{ 'a' | split: '' | concat: (1..99999999999) }}",
        FIFTY + "{{ s | replace: '', s }}",
        FIFTY + "{{ s | split: '' | join: s }}",
        FIFTY + "{{ s | replace: 'x', s | replace: 'y', s }}",
    ],
)
def test_a_greedy_template_is_stopped(source):
    with pytest.raises(LiquidError):
        LimitedEnvironment(autoescape=False).from_string(source).render()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ (1..5) | join: '+' }}", "1+2+3+4+5"),
        ("{{ 'ab' | upcase | append: 'c' | replace: 'B', '!' }}", "A!c"),
        ("{{ names | sort | join }}", "Ann Bob"),
        ("{{ missing | default: 'x' | size }}", "1"),
        (TEN_THOUSAND + "{{ s | append: s | size }}", "20000"),
    ],
)
def test_an_ordinary_template_is_not(source, text):
    made = LimitedEnvironment(autoescape=False).from_string(source)

    assert made.render(names=["Bob", "Ann"]) == text


def test_a_filter_that_needs_the_environment_still_has_it():
    made = LimitedEnvironment(autoescape=True).from_string("{{ names | join: '<' }}")

    assert made.render(names=["<b>", "c"]) == "&lt;b&gt;<c"  # the author's own markup stays
