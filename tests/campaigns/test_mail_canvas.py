"""What goes to the canvas comes back as the same mail, Liquid letter by letter."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from campaigns import ready_made
from campaigns.mjml_text import compiled

NODE = str(Path(sys.executable).with_name("node"))
SCRIPT = Path(__file__).with_name("to_canvas_and_back.mjs")
LIQUID = [
    "{{ customer.first_name }}", '{{ a | append: "<b>" }}', "{% if a > b %}x{% endif %}",
    "{% raw %}{{ x }}{% endraw %}", "{%- comment -%} <p> {%- endcomment -%}", "{{ a && '&amp;' }}",
]  # fmt: skip
TEXTS = [
    "Tea &amp; cake",
    "a<br>b",
    "é中 &nbsp; &lt;b&gt;",
    '<a href="https://a.example/?x=1&amp;y=2">go</a>',
]
LEAVES = [
    "<mj-text>%s</mj-text>", '<mj-text align="center"><p>%s</p></mj-text>',
    '<mj-button href="{{ shop.url }}">%s</mj-button>', '<mj-image src="{{ b }}" alt="%s" />',
    "<mj-divider />", "<mj-table><tr><td>%s</td></tr>{{ row }}</mj-table>", "<!-- a note -->",
    "<mj-text><table>{%% for a in b %%}<tr><td>%s</td></tr>{%% endfor %%}</table></mj-text>",
    "<mj-raw><i>%s</i></mj-raw>",
    '<mj-social><mj-social-element name="x">%s</mj-social-element></mj-social>',
]  # fmt: skip
HEADS = ["", '<mj-head>\n  <mj-attributes><mj-all color="{{ c }}" /></mj-attributes></mj-head>']


def mails(count):
    """Mails of all that may stand in one, the same ones each time."""
    dice = random.Random(7)

    def leaf():
        shape = dice.choice(LEAVES)
        words = dice.choice(LIQUID[:1] if "alt=" in shape else LIQUID + TEXTS)
        return shape % words if "%s" in shape else shape.replace("%%", "%")

    def around(text):
        return (
            f"{{% if {dice.randrange(9)} < x %}}{text}{{% endif %}}"
            if dice.random() < 0.3
            else text
        )

    for _ in range(count):
        columns = ["".join(around(leaf()) for _ in range(dice.randrange(4))) for _ in range(6)]
        sections = "".join(
            around(f"<mj-section>\n{around(f'<mj-column>{c}</mj-column>')} </mj-section>")
            for c in columns[: dice.randrange(1, 6)]
        )
        yield f"<mjml>{dice.choice(HEADS)}<mj-body>{sections}</mj-body></mjml>\n"


def bridged(sources):
    script = str(settings.BASE_DIR / "static/campaigns/mjml_bridge.js")
    done = subprocess.run(
        [NODE, str(SCRIPT), script], input=json.dumps(sources), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def html(source):
    """The mail's HTML without the blanks that mean nothing."""
    return re.sub(r"\s+", "", compiled(source))


def test_there_and_back_is_the_same_mail():
    own = [ready_made.told(each.key)["templates"].values() for each in ready_made.ALL]
    sources = [*mails(300), ready_made.blank(), *(each["mjml"] for told in own for each in told)]

    for source, told in zip(sources, bridged(sources), strict=True):
        assert html(told["back"]) == html(source)
        assert told["again"] == told["back"]  # and twice is once


def test_the_canvas_sees_no_liquid_between_tags():
    for told in bridged(list(mails(50))):
        bare = re.sub(r"<mj-raw data-kept.*?</mj-raw>", "", told["canvas"])
        for before, _tag in re.findall(r"([a-z-]+)>\s*(\{%|\{\{|<!--)", bare):
            assert before not in {"mj-body", "mj-section", "mj-column", "mjml"}


def test_a_source_with_a_fault_stays_in_the_source():
    assert bridged(["<mjml><mj-body>", "<mjml></mj-body></mjml>", "a < b", "text"]) == [None] * 4
