"""What does the provider's error code mean to a person who has to decide?"""

from __future__ import annotations

from datetime import timedelta

STALE_READ = frozenset({"2055"})
ACCOUNT_RESTRICTED = frozenset({"800039", "900149"})

# A refusal that names its own end is "later", not "no".
LATER = {"900278": timedelta(hours=24)}

MEANINGS = {
    "2001": "The number of seats can't change while the subscription is suspended.",
    "2002": "The number of seats is outside what the offer allows.",
    "2011": "The subscription has been deleted; it would have to be bought again.",
    "2054": "The billing cycle can only be changed on the order.",
    "2055": "Somebody changed the subscription after we read it.",
    "3000": "The provider found a value it does not accept.",
    "20002": "There is no reseller relationship with this customer.",
    "20003": "The provider does not know this subscription.",
    "27009": "An add-on can't be active while its base subscription is not.",
    "60003": "The provider does not know this customer's directory.",
    "800012": "The subscription is not active.",
    "800023": "The credit limit is reached.",
    "800025": "The credit limit is reached.",
    "800039": "Your own account in the reseller programme is not active.",
    "800040": "The subscription can't go from its present state to the one asked for.",
    "800063": "The order can't be cancelled; suspend the subscription instead.",
    "800091": "A suspended subscription can't be changed.",
    "800096": "The state of this subscription can't be changed.",
    "900115": "The Azure plan still has active subscriptions.",
    "900117": "The time in which it could be cancelled has passed.",
    "900121": "The credit limit is reached.",
    "900149": "Your own account in the reseller programme is not active.",
    "900150": "The application's role lacks the right to do this.",
    "900278": "Another change is still pending; try again after 24 hours.",
    "900279": "No more changes to this subscription are allowed.",
    "900311": "The subscription was changed too many times.",
    "900329": "This call needs a signed-in user; the application alone may not make it.",
}


def meaning(code: str) -> str:
    """An English sentence for a code, or "" for one we have no words for (show the provider's own then)."""
    return MEANINGS.get(code, "")
