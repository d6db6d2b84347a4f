"""The box above the rule builder: whom do you mean? The answer is looked at before it is used."""

import json

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from assistant import rule_writer
from segments import estimate, glimpse, rules
from segments.builder_pages import may_look, own_shop


@require_POST
@may_look
def write(request: HttpRequest) -> HttpResponse:
    """A sentence as a rule: in words, how many it finds, five of them, and what is asked back."""
    shop = own_shop(request.POST.get("shop", ""), request)
    written = rule_writer.write(shop, request.POST.get("text", ""))
    context = {"written": written, "shop": shop}
    if written.rule is not None:
        compiled = rules.compile(written.rule, shop=shop)
        found = estimate.of(shop, compiled)
        context |= {
            "rule": json.dumps(written.rule, ensure_ascii=False),
            "words": written.words,
            "found": found,
            "glimpse": glimpse.of(shop, compiled, found),
            "shows_people": request.user.has_perm("customers.view_customer", shop),
        }
    return TemplateResponse(request, "admin/assistant/rule_written.html", context)
