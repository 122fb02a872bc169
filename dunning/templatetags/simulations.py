"""How do templates read the plain values of a kept simulation?"""

from datetime import date

from django import template

register = template.Library()


@register.filter
def iso_day(value: str | None) -> date | None:
    """The day that an ISO date names."""
    return date.fromisoformat(value) if value else None
