"""The admin's pages of templates: where mails are written, looked at and tried."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from campaigns import (
    canvas_words,
    language_console,
    liquid_names,
    mail_check,
    ready_made,
    rendering,
    samples,
    second_person,
    seeds,
    tracking,
    writing,
)
from campaigns.language_console import LanguagePages, WordsForm
from campaigns.mime import AddressError, address
from campaigns.models import Template
from campaigns.rendering import RenderingError
from customers.models import Customer
from shops import reaching
from shops.console import ShopAdmin
from shops.models import User
from shops.reaching import Unreachable

LONGEST_ADDRESS = 2000


class NewTemplateForm(forms.ModelForm):
    """What a template is called; its words come next."""

    class Meta:
        model = Template
        fields = ("shop", "name", "key", "subject")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if fault := rendering.fault_of(cleaned.get("subject", "")):
            self.add_error("subject", fault)
        return cleaned

    def _post_clean(self) -> None:
        writing.put(self.instance, {"mjml": ready_made.blank()})
        super()._post_clean()  # type: ignore[misc]


@admin.register(Template)
class Templates(LanguagePages, ShopAdmin):
    """What messages say."""

    form = NewTemplateForm
    list_display = ("name", "as_read", "updated_at", "shop")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    search_fields = ("name", "subject", "key")
    prepopulated_fields = {"key": ["name"]}
    actions = ("send_to_seeds",)

    @admin.display(description=_("subject, as a customer gets it"))
    def as_read(self, template: Template) -> str:
        return rendering.as_read(template.subject)

    @admin.action(description=_("Send to the seed addresses"), permissions=["change"])
    def send_to_seeds(self, request: HttpRequest, rows: QuerySet[Template]) -> None:
        for template in rows.select_related("shop"):
            outcomes = seeds.send(template)
            if not outcomes:
                messages.error(request, gettext("%s has no seed addresses: the mail settings take "
                    "them.") % template.shop)  # fmt: skip
            for each in outcomes:
                if each.status == "sent":
                    messages.success(request, f"{template}: {each.letter.email}")
                else:
                    messages.error(request, f"{template}: {each.letter.email}: {each.reason}")

    def get_urls(self) -> list[URLPattern]:
        admit = self.admin_site.admin_view
        pages = (
            ("preview", self.preview),
            ("test-send", self.send_a_test),
            ("link", self.try_link),
        )
        return [
            *(
                path(f"<int:pk>/{name}/", admit(require_POST(page)),
                     name=f"campaigns_template_{name.replace('-', '_')}")
                for name, page in pages
            ),
            *super().get_urls(),
        ]  # fmt: skip

    def response_add(self, request: HttpRequest, obj: Template, *args: Any) -> HttpResponse:
        return redirect("admin:campaigns_template_change", obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Where a mail is written."""
        template = self._seen(request, object_id)
        may_change = self.has_change_permission(request, template)
        translation = language_console.written(request, template)
        form = language_console.form_of(template, translation, request.POST or None)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if form.is_valid():
                form.save()
                self.save_model(request, template, form, change=True)
                self.log_change(request, template, self.construct_change_message(request, form, []))
                second_person.mail_edited(template, cast(User, request.user))
                messages.success(request, gettext("%s is kept.") % template)
                return redirect(request.get_full_path())
        held = self._seen(request, object_id)
        kind = _kind(request, language_console.written(request, held) or held)
        known = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": template.name,
            "template": template,
            "form": form,
            "kind": kind,
            "source": _source(form, kind),
            "may_change": may_change,
            "tester": getattr(request.user, "email", ""),
            "words": _words(),
            "inserts": liquid_names.in_a_mail(),
            "has_canvas": settings.GRAPES_DIR.is_dir() and kind == "mjml",
            **language_console.known(template, translation),
        }
        return TemplateResponse(request, "admin/campaigns/template/write.html", known)

    def preview(self, request: HttpRequest, pk: int) -> JsonResponse:
        """The mail in the editor as one customer would get it, and what is wrong with it."""
        template, faults = self._draft(request, pk)
        if faults:
            return JsonResponse({"faults": faults})
        customer = _customer(request, template)
        context = self._context(request, template, customer)
        try:
            mail = samples.of(template, context)
        except RenderingError as fault:
            return JsonResponse({"faults": {"mjml" if template.mjml else "html": str(fault)},
                                 "customer": _told(request, template, customer)})  # fmt: skip
        ways_out = (context["unsubscribe_url"], context["preferences_url"])
        found = mail_check.findings(
            mail.subject, mail.preheader, mail.html, mail.text, own_links=ways_out
        )
        links = mail_check.links(mail.html, own_links=ways_out)
        counts = tracking.wanted_of(template.shop).clicks
        return JsonResponse(
            {
                "faults": {},
                "customer": _told(request, template, customer),
                "mail": vars(mail),
                "score": mail_check.score(found),
                "findings": [vars(each) for each in found],
                "links": [vars(each) for each in links],
                "counted": sum(each.is_counted for each in links) if counts else 0,
                "kilobytes": round(len(mail.html.encode()) / 1024, 1),
            }
        )

    def send_a_test(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Send what is in the editor to somebody who works here."""
        self._changed(request, pk)
        template, faults = self._draft(request, pk)
        to = request.POST.get("to", "").strip()
        try:
            if not _works_here(to, template, request.user):
                raise AddressError(gettext("A test goes to somebody who works for this shop."))
            if faults:
                raise RenderingError(gettext("The mail has a fault; it is not sent."))
            context = self._context(request, template, _customer(request, template))
            sent = samples.send(template, context, address(to))
        except (AddressError, RenderingError) as fault:
            return JsonResponse({"is_sent": False, "words": str(fault)})
        words = gettext("A test is on its way to %s.") % to
        is_sent = sent.status == "sent"
        return JsonResponse({"is_sent": is_sent, "words": words if is_sent else sent.reason})

    def try_link(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Whether a link's page answers. Only outside addresses are called."""
        self._changed(request, pk)
        try:
            answer = reaching.call("GET", request.POST.get("address", "")[:LONGEST_ADDRESS])
        except Unreachable as fault:
            return JsonResponse({"is_there": False, "words": str(fault)})
        return JsonResponse({"is_there": answer.status < 400, "words": str(answer.status)})

    def _seen(self, request: HttpRequest, pk: Any) -> Template:
        rows = self.get_queryset(request).select_related("shop")
        template: Template = get_object_or_404(rows, pk=pk if str(pk).isdigit() else 0)
        if not self.has_view_permission(request, template):
            raise PermissionDenied
        return template

    def _changed(self, request: HttpRequest, pk: Any) -> Template:
        template = self._seen(request, pk)
        if not self.has_change_permission(request, template):
            raise PermissionDenied
        return template

    def _draft(self, request: HttpRequest, pk: int) -> tuple[Template, dict[str, str]]:
        """The template with the words of the editor, not kept, and what is wrong with them."""
        template = self._seen(request, pk)
        parts = {part: request.POST.get(part, "").replace("\r\n", "\n") for part in writing.PARTS}
        if not (faults := writing.faults(parts)):
            writing.put(template, parts)
        return template, faults

    def _context(
        self, request: HttpRequest, template: Template, customer: Customer | None
    ) -> dict[str, Any]:
        return samples.context_of(template.shop, customer, is_hidden=_is_hidden(request, template))


def _kind(request: HttpRequest, written: writing.Written) -> str:
    """Whether MJML or HTML is written: as it was, unless the page was asked for the other."""
    asked = request.GET.get("as", "")
    return asked if asked in {"mjml", "html"} else "mjml" if written.mjml else "html"


def _source(form: WordsForm, kind: str) -> str:
    if form.is_bound:
        return str(form.data.get(kind, ""))
    return str(getattr(form.instance, kind)) or ready_made.blank()


def _is_hidden(request: HttpRequest, template: Template) -> bool:
    return not request.user.has_perm("shops.see_personal_data", template)


def _customer(request: HttpRequest, template: Template) -> Customer | None:
    def number(name: str) -> int:
        text = request.POST.get(name, "")
        return int(text) if text.removeprefix("-").isdigit() and len(text) < 18 else 0

    named = request.POST.get("named", "").strip()
    return samples.someone(template.shop, near=number("near"), step=number("step"), named=named)


def _told(request: HttpRequest, template: Template, customer: Customer | None) -> dict[str, Any]:
    if customer is None:
        named = request.POST.get("named", "").strip()
        name = gettext("nobody of that name") if named else gettext("an invented customer")
        return {"id": 0, "name": name}
    is_named = not _is_hidden(request, template)
    name = str(customer) if is_named else gettext("Customer %s") % customer.external_id
    return {"id": customer.pk, "name": name}


def _works_here(to: str, template: Template, user: Any) -> bool:
    if not to or to.lower() == user.email.lower():
        return bool(to)
    return User.objects.filter(shops=template.shop, email__iexact=to, is_active=True).exists()


def _words() -> dict[str, Any]:
    """What the editor's scripts say."""
    return {
        "good": gettext("Nothing to complain of."),
        "counted": gettext("counted"),
        "trying": gettext("trying …"),
        "none": gettext("no links"),
        "unseen": gettext("The preview is of the words before the fault."),
        "unsaved": gettext("not kept yet"),
        "kept": gettext("kept"),
        "line": gettext("line"),
        "away": gettext("The server does not answer; the next change asks again."),
        "plain": gettext("This MJML has a fault; mend it in the source first."),
        "blocks": gettext("Drag into the mail"),
        "settings": gettext("What is chosen"),
        "undo": gettext("Undo"),
        "redo": gettext("Redo"),
        "wide": gettext("Wide"),
        "phone": gettext("Phone"),
        "insert": gettext("Insert a personal field"),
        "parts": {
            "mj-table": gettext("Table"),
            "mj-raw": "HTML",
            "mj-accordion": gettext("Folded parts"),
            "mj-carousel": gettext("Pictures in turn"),
            "mj-social": gettext("Links to networks"),
            "mj-navbar": gettext("Menu"),
        },
        "canvas": canvas_words.messages(),
        "liquid": liquid_names.told(),
    }
