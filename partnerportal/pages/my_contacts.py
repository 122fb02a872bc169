"""Who at a customer is written to, and do letters arrive there? They see it, and their billing people change it."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.addressing import Needed, remove_address, set_address
from customers.choosing import CAN_GO_ELSEWHERE, choices_of
from customers.entering import Here, customer, customer_here
from customers.linking import open_links, revoke
from customers.models import Contact, ContactRole, Customer, Message
from customers.roles import May
from customers.wording import LETTERS

MOST_LINKS = 50
FOR = {
    ContactRole.BILLING: _("Invoices, notices and everything without a reader of its own"),
    ContactRole.OWNER: _("What the collections policy addresses to whoever decides at your company"),
    ContactRole.TECHNICAL: _("What the collections policy addresses to whoever runs your subscriptions"),
}


class ContactForm(forms.Form):
    """One person letters go to."""

    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)


@dataclass
class Reader:
    """One role, who has it, the letters given to it, and whether the last one arrived."""

    role: ContactRole
    contact: Contact | None = None
    language: str = ""
    letters: list[str] = field(default_factory=list)
    last: Message | None = None

    @property
    def purpose(self) -> Any:
        """What it is for."""
        return FOR[self.role]

    @property
    def came_back(self) -> bool:
        """Whether the last letter came back and has not arrived since."""
        return self.last is not None and self.last.bounced_at is not None


@require_safe
@customer()
def contacts(request: Here) -> HttpResponse:
    """The three roles, and the links in mails that are open."""
    mine = customer_here(request)
    links = list(open_links(mine, now=request.now)[: MOST_LINKS + 1])
    context = {
        "readers": readers(mine),
        "links": links[:MOST_LINKS],
        "more_links": len(links) > MOST_LINKS,
        "may_edit": request.membership.may(May.CONTACTS),
    }
    return render(request, "my/contacts.html", context)


def readers(mine: Customer) -> list[Reader]:
    """Each role in its order; four queries, however many letters there are."""
    known = {contact.role: contact for contact in mine.contacts.all()}
    names, found = dict(settings.LANGUAGES), []
    chosen = {letter: role for (_pk, letter), role in choices_of([mine.pk]).items()}
    last = _last_letters(known)
    for role in ContactRole:
        contact = known.get(role)
        language = names.get((contact.language if contact else "") or mine.language, "English")
        letters = [str(LETTERS[one]) for one in CAN_GO_ELSEWHERE if chosen.get(one) == role]
        found.append(Reader(role, contact, language, letters, last.get(contact.pk) if contact else None))
    return found


def _last_letters(known: dict[str, Contact]) -> dict[int | None, Message]:
    """The newest letter that has left, or come back, for each contact."""
    rows = Message.objects.filter(
        contact__in=[contact.pk for contact in known.values()], outcome__in=["done", "parked"]
    )
    newest = rows.order_by("contact_id", "-queued_at", "-pk").distinct("contact_id")
    return {row.contact_id: row for row in newest.defer("body_text", "body_html", "values")}


def _role(request: Here) -> ContactRole:
    asked = request.POST.get("role") or request.GET.get("role", "")
    return ContactRole(asked) if asked in ContactRole.values else ContactRole.BILLING


@require_http_methods(["GET", "HEAD", "POST"])
@customer(May.CONTACTS)
def edit(request: Here) -> HttpResponse:
    """Set who has one role; letters that came back or had nobody leave at once."""
    mine, role = customer_here(request), _role(request)
    known = mine.contacts.filter(role=role).first()
    start = {"language": (known.language if known else "") or mine.language}
    start |= {"name": known.name, "email": known.email} if known else {}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method != "POST" or not form.is_valid():
        removable = known is not None and role != ContactRole.BILLING
        context = {"form": form, "role": role, "purpose": FOR[role], "removable": removable, "known": known}
        return render(request, "my/contact.html", context, status=422 if form.is_bound else 200)
    contact, sent = set_address(mine, role=role, **form.cleaned_data, by=request.user, now=request.now, theirs=True)
    messages.success(request, gettext("Letters go to %(email)s") % {"email": contact.email})
    if sent:
        waited = ngettext("%(n)s that waited leaves now", "%(n)s that waited leave now", sent)
        messages.success(request, waited % {"n": sent})
    return HttpResponseRedirect(reverse("my-contacts"))


@require_POST
@customer(May.CONTACTS)
def remove(request: Here) -> HttpResponse:
    """Take a contact away; its letters go to the billing contact."""
    try:
        gone = remove_address(customer_here(request), role=_role(request), by=request.user, now=request.now)
    except Needed:
        messages.error(request, gettext("The billing contact can be changed but not removed: invoices go there."))
    else:
        if gone:
            messages.success(request, gettext("Removed. What went there goes to your billing contact"))
    return redirect("my-contacts")


@require_POST
@customer(May.CONTACTS)
def revoke_links(request: Here) -> HttpResponse:
    """Revoke one link in a mail, or all of them."""
    asked = request.POST.get("link", "")
    ids = [int(asked)] if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if asked and ids is None:
        ids = []
    count = revoke(customer_here(request), ids, by=request.user, staff=False, now=request.now)
    text = ngettext("%(n)s link opens nothing any more", "%(n)s links open nothing any more", count)
    messages.success(request, text % {"n": count})
    return redirect("my-contacts")
