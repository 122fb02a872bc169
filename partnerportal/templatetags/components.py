"""Which tags draw the larger components? Part of the library `portal`; the templates are in components/."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from . import fields, pieces
from .words import page_of

register = template.Library()


@register.inclusion_tag("components/stage_rail.html", takes_context=True)
def stage_rail(context: Context, stops: Iterable[Any], label: str = "", near: bool = False) -> dict[str, Any]:
    """An ordered list of dated stops; `near` adds in 2 days where a stop has no note."""
    ready = pieces.stops(stops, page_of(context), near)
    return {"stops": ready, "label": label or gettext("What happens when")}


@register.inclusion_tag("components/timeline.html", takes_context=True)
def timeline(context: Context, entries: Iterable[Any], label: str = "") -> dict[str, Any]:
    """What has happened, newest first as given."""
    page = page_of(context)
    return {"entries": [pieces.entry(item, page) for item in entries], "label": label or gettext("Timeline")}


@register.inclusion_tag("components/figure.html")
def figure(label: str, value: Any, currency: str = "", note: str = "", url: str = "", tone: str = "") -> dict[str, Any]:
    """One figure of a row: a Decimal with its currency, or words."""
    zero = value == 0 or value == "0"
    said = {"label": label, "value": value, "currency": currency, "note": note, "url": url, "tone": tone}
    return {**said, "zero": zero}


@register.inclusion_tag("components/figures.html")
def figures(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    """A row of figures, each with label, value, currency, note, url, tone."""
    names = ("label", "value", "currency", "note", "url", "tone")
    rows = [{name: pieces.part(item, name, "") for name in names} for item in items]
    return {"items": rows, "label": label or gettext("Figures")}


@register.inclusion_tag("components/aging_bar.html")
def aging_bar(buckets: Iterable[Any], currency: str, total: Any = None) -> dict[str, Any]:
    """Six segments of one ramp; buckets have label, amount and url, total has label, amount and note."""
    return {"bar": pieces.aging_bar(buckets), "currency": currency, "total": total}


@register.inclusion_tag("components/meter.html")
def meter(value: Decimal | float, of: Decimal | float = 100, label: str = "", tone: str = "") -> dict[str, Any]:
    """A bar of one share, its length an attribute of the drawing."""
    share = min(max(float(value) / float(of) * 100, 0), 100) if of else 0
    return {"share": f"{share:.2f}", "label": label, "tone": tone}


@register.inclusion_tag("components/timer.html")
def timer(share: float, text: str, tone: str = "") -> dict[str, Any]:
    """A ring that fills as time passes (share of 100), amber in its last third; words beside it."""
    passed = min(max(float(share), 0), 100)
    return {"share": f"{passed:.1f}", "text": text, "tone": tone or ("warn" if passed > 66.6 else "grey")}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """What will stand here, what brings it, one action."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/copy.html")
def copy(value: object, label: str = "") -> dict[str, Any]:
    """A button that copies a value and says what it copied; absent without scripts."""
    return {"value": value, "label": label}


@register.inclusion_tag("components/confirm.html", takes_context=True)
def confirm(
    context: Context,
    title: str,
    text: str,
    action: str,
    do: str,
    keep: str,
    keep_url: str,
    tone: str = "bad",
    fields: Any = None,
) -> dict[str, Any]:
    """A deed that reaches outside: the effect on the button, the safe outcome on the other, focused."""
    return {
        "title": title,
        "text": text,
        "action": action,
        "do": do,
        "keep": keep,
        "keep_url": keep_url,
        "tone": tone,
        "fields": fields or {},
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Any, sum_text: str = "", parameter: str = "page") -> dict[str, Any]:
    """101 to 150 of 1,904, with Previous and Next; the address keeps its other words."""
    request = context.get("request")
    query = request.GET.copy() if request else None

    def address(number: int | str) -> str:
        if query is None:
            return f"?{parameter}={number}"
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "sum_text": sum_text,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_tag
def field(bound: Any, label: str = "", help: str = "", aside: str = "") -> str:
    """A form field: label above, help under it, the control, the error with what was typed."""
    return render_to_string("components/field.html", fields.shown(bound, label, help, aside))


@register.simple_tag
def form_fields(form: Any) -> str:
    """A whole form: its summary from two errors on, hidden fields, then every visible field."""
    return render_to_string("components/form.html", fields.whole(form))


@register.simple_tag
def form_errors(form: Any) -> str:
    """Only the summary, linked to the fields; for pages that place the fields themselves."""
    return render_to_string("components/form_errors.html", fields.whole(form))


@register.simple_tag(takes_context=True)
def here(context: Context, **changes: object) -> str:
    """This address with some of its words changed; an empty value takes a word out."""
    request = context.get("request")
    if not request:
        return "?" + "&".join(f"{key}={value}" for key, value in changes.items() if value not in ("", None))
    kept = [(key, value) for key, values in request.GET.lists() if key not in changes for value in values]
    return f"?{urlencode([*kept, *((key, str(value)) for key, value in changes.items() if value not in ('', None))])}"


@register.simple_tag
def steady(name: str) -> SafeString:
    """A part that says the same on every page of a language, whoever looks: `{% steady "components/keys.html" %}`."""
    if settings.DEBUG:
        return render_to_string(name)
    return _written_once(name, get_language() or "")


@lru_cache(maxsize=64)
def _written_once(name: str, _language: str) -> SafeString:
    return render_to_string(name)
