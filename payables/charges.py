"""Which charge types do we know, and under which heading of the bill do they stand?"""

SECTIONS: dict[str, str] = {
    "Cancel instance prorate": "recurring",
    "Cycle fee": "recurring",
    "Cycle instance prorate": "recurring",
    "Prorate fees when cancel": "recurring",
    "Prorate fees when purchase": "recurring",
    "Purchase fee": "recurring",
    "Prorate fee when renew": "recurring",
    "Renew fee": "recurring",
    "Prorate fees when activate": "other",
    "Offset a line item": "credits",
    # Names the provider's global files use for the same kinds of charge.
    "Prorate fees when renew": "recurring",
    "Activation fee": "recurring",
    "Cancel fee": "recurring",
}

_KNOWN = {name.casefold(): section for name, section in SECTIONS.items()}


def section_of(charge_type: str) -> str | None:
    """The bill's section for a charge type, or None for one we don't know: it waits unbilled."""
    return _KNOWN.get(" ".join(charge_type.split()).casefold())
