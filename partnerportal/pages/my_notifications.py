"""Which letters does a customer get, who reads each, and which can they do without?"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from customers.choosing import CAN_BE_OFF, CAN_GO_ELSEWHERE, FIXED, NOBODY, BadChoice, choices_of, choose
from customers.entering import Here, customer, customer_here
from customers.models import ContactRole, Customer, Letter
from customers.roles import May
from customers.wording import LETTERS

Words = dict[str, "str | Promise"]
WHY_FIXED: Words = {
    Letter.NOTICE: _("The collections policy says who is warned; access hangs on it."),
    Letter.SUSPENDED: _("People lose sign-in; somebody has to know why."),
    Letter.DELETION: _("Data is about to be deleted; it can’t be had back."),
    Letter.RESTORED: _("It closes what the suspension opened."),
    Letter.POLICY: _("A new policy only governs you once you were told."),
}
WHY_NEEDED: Words = {
    Letter.INVOICE: _("It names the day until which nothing is at risk."),
    Letter.CREDIT_NOTE: _("It is a document for your books."),
    Letter.QUESTION_TAKEN: _("It is your proof that the amount is frozen."),
    Letter.CASE_WORD: _("It asks you for something."),
    Letter.ANSWER: _("From it your time to disagree runs."),
}
FAULTS: Words = {
    "fixed": _("Who gets this letter can’t be chosen"),
    "needed": _("This letter can’t be switched off"),
    "unknown": _("Nobody is known in this role yet. Set the contact first"),
}
OFF = "off"


@require_safe
@customer()
def notifications(request: Here) -> HttpResponse:
    """Each letter with who gets it, and why some can't be switched off."""
    return _page(request)


@require_POST
@customer(May.CONTACTS)
def set_notifications(request: Here) -> HttpResponse:
    """Keep what was chosen; nothing of it if one choice can't be."""
    given = {str(letter): request.POST[letter] for letter in CAN_GO_ELSEWHERE if letter in request.POST}
    wanted = {letter: NOBODY if role == OFF else role or "?" for letter, role in given.items()}
    try:
        changed = choose(customer_here(request), wanted, by=request.user, now=request.now)
    except BadChoice as bad:
        return _page(request, given, {bad.letter: FAULTS[bad.why]}, status=422)
    said = gettext("Saved") if changed else gettext("It stood so already. Nothing was changed.")
    messages.success(request, said)
    return redirect("my-notifications")


def _page(
    request: Here, given: dict[str, str] | None = None, faults: Words | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "rows": _rows(customer_here(request), given or {}, faults or {}),
        "fixed": [{"name": LETTERS[letter], "why": WHY_FIXED[letter]} for letter in FIXED],
        "may_edit": request.membership.may(May.CONTACTS),
        "faults": faults,
    }
    return render(request, "my/notifications.html", context, status=status)


def _rows(mine: Customer, given: dict[str, str], faults: Words) -> list[dict[str, Any]]:
    known = {contact.role: contact for contact in mine.contacts.all()}
    chosen = {letter: role or OFF for (_pk, letter), role in choices_of([mine.pk]).items()}
    readers = [
        (role.value, f"{role.label.capitalize()}, {known[role].email}" if role in known else role.label.capitalize())
        for role in ContactRole
        if role in known or role == ContactRole.BILLING
    ]
    made = []
    for letter in CAN_GO_ELSEWHERE:
        can_be_off = letter in CAN_BE_OFF
        choices = [*readers, (OFF, gettext("Nobody, I see it here"))] if can_be_off else readers
        now = given.get(letter) or chosen.get(letter) or ContactRole.BILLING.value
        made.append(
            {
                "letter": str(letter),
                "name": LETTERS[letter],
                "choices": choices,
                "chosen": now,
                "said": dict(choices).get(now, now),
                "why": "" if can_be_off else WHY_NEEDED[letter],
                "fault": faults.get(letter, ""),
            }
        )
    return made
