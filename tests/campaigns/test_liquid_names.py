"""A marketer reads words where a mail has Liquid, and the Liquid is never another."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from campaigns import liquid_names, ready_made, rendering

NODE = str(Path(sys.executable).with_name("node"))
SCRIPT = Path(__file__).with_name("liquid_said.mjs")
LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def said(lines):
    script = str(settings.BASE_DIR / "static/campaigns/liquid_words.js")
    words = {"names": liquid_names.names(), "phrases": liquid_names.phrases()}
    done = subprocess.run(
        [NODE, str(SCRIPT), script], input=json.dumps([lines, words]), capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Hi {{ customer.first_name }}", "Hi First name"),
        ('Hi{% if customer.first_name != "" %}, {{ customer.first_name }}{% endif %}!',
         "Hi, First name!"),
        ("{% if customer.first_name != '' %}{{ customer.first_name }}{% else %}You{% endif %}: x",
         "First name, else “You”: x"),
        ('{{ customer.first_name | default: "you" }}', "First name, else “you”"),
        ("{% if happened.products.size > 0 %}", "Only where there is any: What it was about"),
        ("{% if facts.order_count > 1 %}", "Only if: Number of orders > 1"),
        ('{% if shop.url != "" %}', "Only where known: Link to the shop"),
        ("{% for x in recommendations.new limit: 3 %}{{ x.title }}",
         "For each of: What they may likeProduct"),
        ("{{ happened.products[1].title }}", "The product it was about"),
        ("{{ of.a.shop }} and {{ 1 | plus: 2 }}", "of.a.shop and 1"),
        ("{% raw %}{{ x }}{% endraw %} {{ 'a' | upcase }}",
         "written in the source written in the source"),
    ],
)  # fmt: skip
def test_liquid_in_words(line, words):
    assert said([line])[0]["said"] == words


def test_the_pieces_of_a_line_are_the_line_again():
    dice = random.Random(5)
    bits = ["{{ a }}", "{% if a != '' %}", "{{ a }}", "{% endif %}", "{% raw %}", "{% endraw %}",
            "{{", "}}", "{%", "%}", " ", "é中", "<b>", "{% else %}", "x"]  # fmt: skip
    lines = ["".join(dice.choices(bits, k=dice.randrange(12))) for _ in range(500)]

    assert [each["joined"] for each in said(lines)] == lines


def test_nothing_in_a_ready_made_mail_is_left_without_words():
    mails = [
        mail for each in ready_made.ALL for mail in ready_made.told(each.key)["templates"].values()
    ]
    lines = [part for mail in mails for part in (mail["subject"], mail["mjml"])]

    for line, told in zip(lines, said(lines), strict=True):
        assert not LIQUID.search(told["said"])
        for code in re.findall(r"\{\{ ([\w.]+) \}\}", line):
            assert code not in told["said"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_can_be_inserted_can_be_sent(language):
    with translation.override(language):
        offered = [*liquid_names.in_a_line(), *liquid_names.in_a_mail()]

    for words, liquid in offered:
        assert words
        assert rendering.line(liquid, rendering.EXAMPLE)
