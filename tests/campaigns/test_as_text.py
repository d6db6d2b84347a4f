"""Campaigns as text: out and in again, compared, and refused with the place of the fault."""

import io
import json
import random

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.urls import reverse

from campaigns import as_text, launching, writing, yaml_text
from campaigns.as_text import TextFault
from campaigns.models import Campaign, CampaignVersion, Template
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db

PLAN = {
    "entry": {"stage": "at_risk", "on": "leave"},
    "audience": {"all": [{"field": "customer.country", "op": "is", "value": "NO"}]},
    "steps": [
        {"wait": {"until": "09:00", "weekday": "monday"}},
        {"split": [
            {"name": "on", "percent": 50, "steps": [{"send": "hello"}]},
            {"name": "1e3", "percent": 50, "steps": [{"set": {"vip": True, "born": "2026-12-01"}}]},
        ]},
    ],
}  # fmt: skip
MAIL = "<p>Hello: {{ customer.first_name }}</p>\r\n  # no comment\n\n<p>'Bye'</p>\n"


@pytest.fixture
def shop():
    made = build.shop()
    build.template(made, key="hello", html=MAIL, text="")
    return made


@pytest.fixture
def campaign(shop):
    return build.campaign(shop, key="spring", name="Spring: yes", plan=PLAN, status="draft")


def test_out_and_in_again_changes_nothing_and_twice_is_once(shop, campaign):
    first = as_text.load(as_text.export(campaign), shop)  # gives the steps their ids
    text = as_text.export(Campaign.objects.get())
    updated_at = Template.objects.get().updated_at

    changes = [as_text.load(text, shop) for _ in range(2)]

    assert first.campaign == campaign
    assert all(change.is_empty for change in changes)
    assert as_text.export(Campaign.objects.get()) == text
    assert Template.objects.get().updated_at == updated_at


def test_into_another_shop_it_is_a_draft_with_its_templates(campaign):
    other = build.shop()

    made = as_text.load(as_text.export(campaign), other).campaign

    assert (made.status, made.shop, made.key) == ("draft", other, "spring")
    assert as_text.export(made) == as_text.export(
        as_text.load(as_text.export(campaign), campaign.shop).campaign
    )


def test_steps_without_ids_keep_those_of_their_places(shop, campaign):
    text = as_text.export(campaign)
    assert "id:" not in text
    as_text.load(text, shop)
    ids = json.dumps(Campaign.objects.get().plan["steps"])

    again = as_text.load(text, shop)

    assert again.is_empty
    assert json.dumps(Campaign.objects.get().plan["steps"]) == ids


def test_a_change_is_shown_before_it_is_made(shop, campaign):
    as_text.load(as_text.export(campaign), shop)
    text = as_text.export(Campaign.objects.get()).replace("percent: 50", "percent: 70", 1)
    text = text.replace("percent: 50", "percent: 30", 1)

    change = as_text.load(text, shop, dry_run=True)

    assert [line.strip("+- ") for line in change.lines if line[0] in "+-"] == [
        "percent: 50", "percent: 70", "percent: 50", "percent: 30",
    ]  # fmt: skip
    assert Campaign.objects.get().plan["steps"][1]["split"][0]["percent"] == 50


@pytest.mark.parametrize("key", ["spring", "summer"])
def test_a_mail_that_is_overwritten_is_shown_though_this_campaign_does_not_send_it(
    shop, campaign, key
):
    build.template(shop, key="other", name="Other", subject="Before", text="")
    text = as_text.export(campaign, ["other"]).replace("key: spring", f"key: {key}")

    change = as_text.load(text.replace("subject: Before", "subject: After"), shop, dry_run=True)

    assert change.is_new == (key == "summer")
    assert {"-    subject: Before", "+    subject: After"} <= set(change.lines)
    assert as_text.load(text, shop).campaign.key == key
    assert as_text.load(text, shop).is_empty


def test_a_running_campaign_goes_on_with_a_new_version(shop, campaign):
    build.visit(make.customer(shop))
    as_text.load(
        as_text.export(campaign)
        .replace("on: leave", "on: enter")
        .replace("'on': leave", "'on': enter")
        .replace("value: 'NO'", "value: ''"),
        shop,
    )
    launching.launch(Campaign.objects.get())
    text = as_text.export(Campaign.objects.get()).replace("name: 'Spring: yes'", "name: Summer")

    as_text.load(text, shop)

    assert Campaign.objects.get().status == "running"
    assert Campaign.objects.get().name == "Summer"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("stage: at_risk", "stage: nowhere", "plan.entry.stage"),
        ("send: hello", "send: nobody", "plan.steps[1].split[0].steps[0].send"),
        ("percent: 50", "percent: 60", "plan.steps[1].split"),
        ("percent: 50", "percent: much", "plan.steps[1].split[0].percent"),
        ("op: is", "op: '~'", "plan.audience.all[0].op"),
        ("key: spring", "key: spring\nkey: summer", "line 3"),
        ("key: spring", "key: &a spring\nother: *a", "line 3"),
        ("key: spring", "key: [spring", "line"),
        ("key: spring", "key: Spring!", "key"),
        ("holdout_percent: 0", "holdout_percent: 90", "holdout_percent"),
        ("key: spring", "key: spring\nkee: 1", "kee"),
        ("subject: Hello", "subject: '{% if %}' #", "templates.hello.subject"),
        ("waymark_campaign: 1", "waymark_campaign: 2", "waymark_campaign"),
        ("time", "true: 1\ntime", "line"),
        ("value: 'NO'", "value: !!binary Tk8=", "tags such as"),
        ("vip: true", "vip: !!float .nan", "line 28: tags"),
        ("vip: true", "vip: 1e999", "every number must be finite"),
        ("vip: true", 'vip: "a\\0"', "plan.steps[1].split[1].steps[0].set.vip"),
        ("vip: true", '"v\\0": 1', "plan.steps[1].split[1].steps[0].set.'v\\x00': contains"),
        ("name: 'Spring: yes'", 'name: "\\ud800"', "name: contains"),
        ("subject: Hello", 'subject: "\\0" #', "templates.hello.subject: contains"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_nothing_is_written(shop, campaign, old, new, place):
    text = as_text.export(campaign)
    text = f"true: 1\n{text}" if old == "time" else text.replace(old, new, 1)

    with pytest.raises(as_text.TextFault, match=r".") as fault:
        as_text.load(text.replace("name: Hello", "name: Changed"), shop)

    assert place in str(fault.value)
    assert Template.objects.get().name == "Hello"


@pytest.mark.parametrize("text", ["[", "{a: ", "- ", "{split: [{name: a, steps: ["])
def test_no_depth_breaks_the_reader(text):
    for depth in (60, 100, 20_000):
        with pytest.raises(as_text.TextFault):
            as_text.read(text * depth)


def test_what_is_kept_with_fewer_places_is_no_change_the_second_time(shop, campaign):
    text = as_text.export(campaign).replace("holdout_percent: 0", "holdout_percent: 1.26")
    as_text.load(text, shop)

    assert as_text.load(text, shop).is_empty
    assert str(Campaign.objects.get().holdout_percent) == "1.3"


def test_words_that_other_readers_misread_come_back_as_they_were():
    rng = random.Random(5)
    odd = ["on", "no", "Yes", "~", "null", "true", "1e3", "09:00", "0x1F", "1_000", "", " ", "-",
           "=", "2026-12-01", "a: b", "# x", "'", '"', "\\n", "line\nline", "line\n", "\n x", "é✓",
           "\t", "{{ a }}", "%d", "- a", "1.", ".5", "0o7", "é: '", "@x", "`"]  # fmt: skip
    for _ in range(300):
        said = {
            rng.choice(odd) + str(n): rng.choice([rng.choice(odd), rng.randint(-9, 9), 0.5, True,
                                                  [rng.choice(odd)], {rng.choice(odd): None}])
            for n in range(4)
        }  # fmt: skip
        text = yaml_text.write(said)
        assert yaml_text.read(text) == said
        assert yaml.safe_load(text) == said  # and readers of YAML 1.1 agree


def test_the_commands_write_files_and_read_them_back(tmp_path, shop, campaign):
    call_command("export_campaigns", shop.key, "--to", str(tmp_path), stdout=io.StringIO())
    file = tmp_path / "spring.yaml"
    other, out = build.shop(), io.StringIO()

    call_command("import_campaigns", other.key, str(file), "--dry-run", stdout=out)
    assert not Campaign.objects.filter(shop=other).exists()
    call_command("import_campaigns", other.key, str(file), stdout=out)
    call_command("import_campaigns", other.key, str(file), stdout=out)

    assert Campaign.objects.get(shop=other).name == "Spring: yes"
    said = out.getvalue()
    assert said.count(": new") == 2
    assert said.count(": unchanged") == 1


def test_one_bad_file_keeps_all_out(tmp_path, shop, campaign):
    (tmp_path / "a.yaml").write_text(as_text.export(campaign).replace("key: spring", "key: a"))
    (tmp_path / "b.yaml").write_text("nonsense: 1")

    with pytest.raises(CommandError, match=r"b\.yaml"):
        call_command(
            "import_campaigns",
            shop.key,
            *map(str, sorted(tmp_path.iterdir())),
            stdout=io.StringIO(),
        )

    assert Campaign.objects.count() == 1


def test_the_admin_downloads_and_uploads_with_a_look_before(client, shop, campaign):
    client.force_login(make.user(is_superuser=True))
    file = client.get(reverse("admin:campaigns_campaign_download", args=[campaign.pk]))
    assert 'filename="spring.yaml"' in file["Content-Disposition"]
    text = file.content.decode().replace("name: 'Spring: yes'", "name: Summer <b>")
    url = reverse("admin:campaigns_campaign_upload")
    said = {"shop": shop.pk, "text": text}

    look = client.post(url, said).content.decode()
    assert "+name: Summer &lt;b&gt;" in look
    assert Campaign.objects.get().name == "Spring: yes"
    client.post(url, {**said, "confirm": "1"})

    assert Campaign.objects.get().name == "Summer <b>"
    assert CampaignVersion.objects.count() == 0


def test_staff_reach_no_other_shops_campaign(client, campaign):
    mine = build.shop()
    user = make.user(is_staff=True)
    mine.staff.add(user)
    client.force_login(user)
    url = reverse("admin:campaigns_campaign_upload")

    assert client.get(
        reverse("admin:campaigns_campaign_download", args=[campaign.pk])
    ).status_code in {403, 404}
    assert client.post(url, {"shop": campaign.shop_id, "text": "x"}).status_code == 403


def test_a_mail_in_mjml_travels_as_mjml_with_its_sender(campaign):
    template = Template.objects.get()
    mjml = "<mjml><mj-body><mj-section></mj-section></mj-body></mjml>"
    parts = {"name": "Hello", "subject": "Hi", "mjml": mjml, "preheader": "Tea",
             "from_local": "ann"}  # fmt: skip
    writing.put(template, parts)
    template.save()
    text, other = as_text.export(campaign), build.shop()

    as_text.load(text, other)

    arrived = Template.objects.get(shop=other)
    assert writing.told(arrived) == writing.told(template)
    assert arrived.html == template.html
    assert "<html" not in text
    assert as_text.load(text, other).is_empty
    with pytest.raises(TextFault, match=r"templates\.hello\.html: "):
        as_text.load(text.replace("mjml: <", "html: <p>x</p>\n    mjml: <"), other)
