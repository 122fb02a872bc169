"""What may staff type about a customer? An address, and in which language it is written to."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .models import Contact, ContactRole, Customer


class AddressForm(forms.Form):
    """The person letters go to, for one role."""

    role = forms.ChoiceField(choices=ContactRole.choices, widget=forms.HiddenInput, initial=ContactRole.BILLING)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)


def address_form(customer: Customer, contact: Contact | None = None) -> AddressForm:
    """An unbound form that shows what is known of a contact."""
    known = {"language": (contact.language if contact else "") or customer.language}
    if contact:
        known |= {"role": contact.role, "email": contact.email, "name": contact.name}
    return AddressForm(initial=known)
