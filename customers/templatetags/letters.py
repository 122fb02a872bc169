"""How does one description of a letter become both its HTML and its plain-text twin?

A letter's words stand once, in emails/<letter>/words.txt, made of parts. A part has two drawings,
emails/parts/<part>.html and .txt; which is taken follows from autoescape, which is off in plain text only."""

import re
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import format_html

from customers.noticing import Notice, notice_of

register = template.Library()

GAP: Final = re.compile(r"\n\s*\n")
# Control signs, line and paragraph separators, and marks that turn the direction of writing.
UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


class Plain(template.Node):
    """What stands between {% plain %} and {% endplain %}: nothing is escaped, gaps are one blank line."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        """The text twin."""
        before, context.autoescape = context.autoescape, False
        try:
            text = self.nodelist.render(context)
        finally:
            context.autoescape = before
        lines = "\n".join(line.strip(" \t") for line in text.split("\n"))
        return GAP.sub("\n\n", lines).strip() + "\n"


@register.tag
def plain(parser: Parser, token: Token) -> Plain:
    """Marks a letter's plain text."""
    nodelist = parser.parse(("endplain",))
    parser.delete_first_token()
    return Plain(nodelist)


@register.simple_block_tag(takes_context=True)
def part(context: Context, content: str, name: str, **values: Any) -> str:
    """One piece of a letter around its words: `{% part "says" %}…{% endpart %}`."""
    assert context.template is not None
    kind = "html" if context.autoescape else "txt"
    drawing = context.template.engine.get_template(f"emails/parts/{name}.{kind}")
    body = content if context.autoescape else content.strip()
    inner = {**values, "body": body, "portal": context["portal_url"].rstrip("/")}
    return drawing.render(context.new(inner))


@register.simple_tag(takes_context=True)
def notice(context: Context) -> Notice:
    """`{% notice as letter %}`: the facts of the day's notice in the customer's zone."""
    return notice_of(context["invoices"], zone=context["zone"], now=context["now"])


@register.filter(needs_autoescape=True)
def strong(value: object, autoescape: bool = True) -> str:
    """What the eye should find first: bold in HTML, as it is in plain text."""
    return format_html("<strong>{}</strong>", value) if autoescape else str(value)


@register.filter
def oneline(value: object) -> str:
    """A name without line breaks and signs that can't be seen."""
    return " ".join(UNSEEN.sub(" ", str(value)).split())


@register.filter
def tight(value: str) -> str:
    """Lines without blank ones between them."""
    return GAP.sub("\n", value)


@register.filter
def lines(value: str) -> str:
    """What a person wrote, its lines kept, at most one blank line between them."""
    return GAP.sub("\n\n", "\n".join(oneline(line) for line in value.splitlines()))


@register.filter
def own_lines(value: str) -> str:
    """A partner's own words, their lines and spaces kept, at most one blank line between them."""
    return GAP.sub("\n\n", "\n".join(UNSEEN.sub("", line).rstrip() for line in value.split("\n")))


@register.filter
def quoted(value: str) -> str:
    """The same for plain text: each line is marked, so that it can't pass for one of ours."""
    return "\n".join(f"> {line}".rstrip() for line in lines(value).split("\n"))


@register.filter
def iso(value: str) -> date | datetime | None:
    """A frozen value as the day or instant it means; an empty one means none."""
    if not value:
        return None
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


@register.filter
def month(value: str) -> date:
    """A billing period (2026-10) as its first day."""
    return date.fromisoformat(f"{value}-01")


@register.filter
def day_in(value: datetime, zone: tzinfo) -> date:
    """The day an instant falls on in the customer's zone."""
    return value.astimezone(zone).date()


@register.filter
def less(value: str, other: str) -> Decimal:
    """What is left of one amount after another."""
    return Decimal(value) - Decimal(other)


@register.filter
def is_positive(value: str) -> bool:
    """Whether an amount is more than nothing."""
    return Decimal(value) > 0
