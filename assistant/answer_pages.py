"""The agents' inbox: questions with their answers and sources, and the form that corrects one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from assistant import addresses, answers, knowledge
from assistant.models import Passage, Question, Source
from shops.console import OwnPage, ReadOnly, ShopAdmin, framed


class AnswerForm(forms.Form):
    """A person's answer, and the passage that has it."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=4000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 5})
    )
    right = forms.ModelChoiceField(
        Passage.objects.none(),
        label=_("Which source has it?"),
        required=False,
        empty_label=_("None of them"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, question: Question, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = [found.passage.pk for found in knowledge.find(question.shop, question.text, most=12)]
        field: Any = self.fields["right"]
        field.queryset = Passage.objects.filter(shop=question.shop, pk__in=near)


@admin.register(Question)
class Questions(OwnPage, ReadOnly, ShopAdmin):
    """The inbox, those that wait first."""

    codes = ("author",)
    list_display = ("text", "how", "author", "asked_at", "shop")
    list_filter = ("state", "shop")
    list_select_related = ("shop",)
    ordering: Any = [Case(When(state="waiting", then=0), default=1), "-asked_at"]

    @display(description=_("state"), label={"waiting": "warning", "answered": "success"})
    def how(self, question: Question) -> tuple[str, str]:
        return question.state, question.get_state_display()

    def show(self, request: HttpRequest, question: Question) -> HttpResponse:
        """The question, the answer with what it rests on, and the form to answer it oneself."""
        may = request.user.has_perm("assistant.change_question", question)
        form = AnswerForm(question, request.POST or None, initial={"answer": question.answer})
        if request.method == "POST":
            if not may:
                raise PermissionDenied
            if form.is_valid():
                told = form.cleaned_data
                answers.correct(question, told["answer"], told["right"], by=request.user)
                messages.success(request, gettext("Answered. It is measured by from now on."))
                return redirect("admin:assistant_question_changelist")
        known = {"question": question, "form": form, "may": may}
        return framed(self, request, "page", question.text[:80], known)


@admin.register(Source)
class Sources(ShopAdmin):
    """What answers may rest on; read by the worker some seconds after it was saved."""

    list_display = ("name", "kind", "passages_found", "read_at", "trouble", "shop")
    list_filter = ("kind", "shop")
    list_select_related = ("shop",)
    fields = ("shop", "name", "kind", "text")
    actions = ("read_again",)
    change_form_outer_after_template = "admin/assistant/source/read.html"

    def get_urls(self) -> list[URLPattern]:
        again = path("<int:pk>/again/<int:address>/",
                     self.admin_site.admin_view(require_POST(self.again)),
                     name="assistant_source_again")  # fmt: skip
        return [again, *super().get_urls()]

    def again(self, request: HttpRequest, pk: int, address: int) -> HttpResponse:
        """Have an address that failed read within seconds."""
        source = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        if addresses.ask_again(source, address):
            messages.success(request, gettext("It is read again within some seconds."))
        return redirect("admin:assistant_source_change", pk)

    @admin.action(description=_("Read again now"), permissions=["change"])
    def read_again(self, request: HttpRequest, sources: QuerySet[Source]) -> None:
        """The chosen ones, without waiting for the night."""
        sources.update(read_at=None)
        messages.success(request, gettext("They are read again within some seconds."))

    @display(description=_("fault"), label="danger")
    def trouble(self, source: Source) -> str:
        return source.trouble

    @admin.display(description=_("passages"))
    def passages_found(self, source: Source) -> int:
        return source.passages.count()

    def save_model(
        self,
        request: HttpRequest,
        source: Source,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        source.changed_at, source.read_at = now(), None
        super().save_model(request, source, form, change)
