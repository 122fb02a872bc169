"""Which file of the provider shall be imported, and as which bill?"""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.fields import DayField


class ImportForm(forms.Form):
    """A reconciliation file in any of the provider's layouts."""

    file = forms.FileField(
        label=_("Reconciliation file"),
        help_text=_("The CSV as 21Vianet gives it: licenses, usage, one-time or daily-rated"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv", "class": "form-control"}),
    )
    bill_number = forms.CharField(
        label=_("Bill number"),
        help_text=_("As on 21Vianet’s bill; left out, one is made"),
        max_length=40,
        required=False,
    )
    billed_on = DayField(
        label=_("Billed on"), help_text=_("Left out, the first day of the billed cycle"), required=False
    )
