"""How does an admin run collections now, seeing first what that would do?"""

from typing import Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers import formats
from customers.consequences import (
    CONFIRMED,
    Line,
    Outlook,
    Question,
    acts,
    ask,
    consequences,
)
from customers.ledgers import Ledger, link, linked
from customers.models import Partner
from dunning import policy as book
from dunning.models import (
    Run,
)
from dunning.reviewing import Judged, Reviewed
from dunning.running import Dry, alone, dry_run, run
from dunning.wording import stage

BY_PARTNER = ("partner", admin.RelatedOnlyFieldListFilter)
MOST_STEPS: Final = 100


class RunForm(forms.Form):
    """Whose book is looked at."""

    partner = forms.ModelChoiceField(Partner.objects.order_by("name"), label=_("Partner"), empty_label=None)


def _figures(result: Reviewed) -> str:
    seen = result.evaluated
    parts = (
        ngettext("%(n)s open invoice looked at", "%(n)s open invoices looked at", seen) % {"n": seen},
        ngettext("%(n)s notice", "%(n)s notices", result.notices) % {"n": result.notices},
        ngettext("%(n)s task", "%(n)s tasks", result.tasks) % {"n": result.tasks},
        ngettext("%(n)s proposal", "%(n)s proposals", result.proposals) % {"n": result.proposals},
        ngettext("%(n)s reinstatement", "%(n)s reinstatements", result.reinstatements) % {"n": result.reinstatements},
    )
    return ", ".join(parts)


def _steps(dry: Dry) -> list[Line]:
    taken = [one for one in dry.judged if isinstance(one.decision.next, book.Take) or one.decision.release]
    lines = [Line(link(one.loaded.invoice), _step(one)) for one in taken[:MOST_STEPS]]
    if len(taken) > MOST_STEPS:
        lines.append(Line("", gettext("and %(n)s more") % {"n": len(taken) - MOST_STEPS}))
    return lines


def _step(one: Judged) -> str:
    due = formats.amount(one.decision.undisputed, one.loaded.invoice.currency)
    values = {"customer": one.loaded.customer.name, "due": due}
    if not isinstance(one.decision.next, book.Take):
        return gettext("%(customer)s: access is given back") % values
    return gettext("%(customer)s: %(stage)s, %(due)s undisputed") % {**values, "stage": stage(one.decision.next.stage)}


@admin.register(Run)
class RunAdmin(Ledger):
    """One day's look at a whole book."""

    list_display = (
        "on",
        linked("partner"),
        "evaluated",
        "unchanged",
        "notices",
        "tasks",
        "proposals",
        "reinstatements",
        "began_at",
        "ended_at",
    )
    list_select_related = ("partner",)
    list_filter = (BY_PARTNER,)
    date_hierarchy = "on"
    ordering = ("-id",)
    change_list_template = "admin/runs.html"
    staff_page = "/collections/runs/{pk}/"

    def get_urls(self) -> list[URLPattern]:
        """The page that runs one now."""
        own = path("now/", self.admin_site.admin_view(self.run_now), name="dunning_run_now")
        return [own, *super().get_urls()]

    def run_now(self, request: HttpRequest) -> HttpResponse:
        """Choose a partner, see what a run would do, run it."""
        if not request.user.has_perm("dunning.add_run"):
            raise PermissionDenied
        form = RunForm(request.POST or None)
        if not form.is_valid():
            says = _("Every open invoice is looked at under its policy. Nothing is done yet.")
            return ask(request, self, Question(_("Run collections now"), says, _("Show what it would do"), form))
        partner: Partner = form.cleaned_data["partner"]
        if CONFIRMED in request.POST:
            return self._run(request, partner)
        return self._foreseen(request, partner)

    def _last(self, partner: Partner) -> str:
        last = Run.objects.filter(partner=partner).order_by("-pk").values_list("pk", flat=True).first()
        return str(last or "")

    def _foreseen(self, request: HttpRequest, partner: Partner) -> HttpResponse:
        hidden = [("partner", partner.pk), ("last", self._last(partner))]
        dry = dry_run(partner, now=acts(request).now)
        lines = [Line(link(partner), _figures(dry.result)), *_steps(dry)]
        outlook = Outlook(
            title=gettext("Run collections of %(partner)s now") % {"partner": partner.name},
            says=_("Notices leave at once; suspensions are only proposed and wait for people."),
            button=_("Run now"),
            lines=lines,
            hidden=hidden,
            row_label=_("Looked at"),
            back=reverse("admin:dunning_run_changelist"),
        )
        return consequences(request, self, outlook)

    def _run(self, request: HttpRequest, partner: Partner) -> HttpResponse:
        with alone(partner) as mine:
            if not mine:
                self.message_user(request, gettext("Another run of this partner is at work."), messages.WARNING)
            elif self._last(partner) != request.POST.get("last", ""):
                done = gettext("Nothing to do: this book was run since you looked. Look again if you wish.")
                self.message_user(request, done, messages.INFO)
            else:
                document, result = run(partner, now=acts(request).now)
                self.log_addition(request, document, _figures(result))
                self.message_user(request, f"{partner.name}: {_figures(result)}", messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:dunning_run_change", args=[document.pk]))
        return HttpResponseRedirect(reverse("admin:dunning_run_changelist"))
