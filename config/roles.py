"""Who may do what: the one table. v sees, a adds, c changes or acts, d deletes, x: itself a right.

A page that is not in it is for superusers, who run the server. docs/people.md tells it in words.
"""

from django.utils.translation import gettext_lazy as _

ROLES = {
    "owner": _("Owner"),
    "marketer": _("Marketer"),
    "analyst": _("Analyst"),
    "agent": _("Customer service"),
    "developer": _("Developer"),
}
TABLE = """
right                         owner marketer analyst agent developer
customers.customer            v     v        v       v     -
customers.note                vad   vad      v       vad   -
customers.merge               v     v        v       v     -
customers.merge_customer      x     x        -       x     -
customers.recognition         vc    vc       v       vc    -
customers.order               v     v        v       v     -
customers.privacyrequest      vac   v        v       vac   -
customers.suppression         vacd  vacd     v       vacd  -
customers.fileimport          va    va       -       -     -
customers.historyimport       v     v        v       -     v
reviews_nlp.review            v     v        v       v     -
reviews_nlp.shopaspect        vacd  vacd     v       v     -
reviews_nlp.aspectalarm       v     v        v       v     -
reviews_nlp.ownclassifier     v     v        v       -     -
insights.productrule          vacd  vacd     v       -     -
insights.assortmentrule       vacd  vacd     v       -     -
insights.recommendationrun    v     v        v       -     -
insights.trainedmodel         v     v        v       -     -
insights.shopforecast         v     v        v       -     -
segments.segment              vacd  vacd     v       v     -
segments.export_segment       x     x        -       -     -
segments.clustering           v     v        v       -     -
segments.rfmscore             v     v        v       -     -
journeys.journey              vacd  vacd     v       v     -
journeys.stage                vacd  vacd     v       v     -
journeys.stagevisit           v     v        v       v     -
campaigns.campaign            vacd  vacd     v       v     -
campaigns.targeting           vac   vac      v       -     -
campaigns.template            vacd  vacd     v       v     -
campaigns.enrolment           v     v        v       v     -
campaigns.message             v     v        v       v     -
campaigns.notice              v     v        v       v     -
campaigns.topic               vacd  vacd     v       v     -
campaigns.frequencycap        vacd  vacd     v       -     -
campaigns.mailcarrier         vacd  v        -       -     vacd
campaigns.domainlimit         vacd  vacd     v       -     -
campaigns.warmup              vacd  vacd     v       -     vacd
campaigns.listhygiene         v     v        v       -     -
campaigns.mailsettings        vac   vac      v       -     vc
campaigns.channelaccount      vacd  v        -       -     vacd
campaigns.pushsubscription    v     v        -       v     -
assistant.plan                vac   vac      v       -     -
assistant.copy                va    va       v       -     -
assistant.voice               vacd  vacd     v       -     -
assistant.question            vc    vc       v       vc    -
assistant.source              vacd  vacd     v       vacd  -
llm.call                      v     v        v       -     v
shops.shop                    vac   v        v       v     vc
shops.auditentry              v     -        -       -     -
shops.seat                    vacd  v        -       -     -
shops.product                 v     v        v       v     v
shops.coupon                  v     v        v       v     v
shops.delivery                vc    v        -       -     vc
shops.see_personal_data       x     x        -       x     -
shops.endpoint                vacd  v        -       -     vacd
shops.outgoingevent           v     v        -       -     v
shops.outgoingattempt         v     v        -       -     v
shops.apikey                  vac   -        -       -     vac
"""
ACTIONS = {"v": "view", "a": "add", "c": "change", "d": "delete"}


def rights(table: str) -> dict[str, frozenset[str]]:
    """What each role may do, as Django names it: `campaigns.change_campaign`."""
    head, *lines = (line.split() for line in table.strip().splitlines())
    found: dict[str, set[str]] = {role: set() for role in head[1:]}
    for name, *cells in lines:
        app, model = name.split(".")
        for role, cell in zip(head[1:], cells, strict=True):
            for letter in cell.replace("-", ""):
                right = name if letter == "x" else f"{app}.{ACTIONS[letter]}_{model}"
                found[role].add(right)
    return {role: frozenset(held) for role, held in found.items()}


RIGHTS = rights(TABLE)
