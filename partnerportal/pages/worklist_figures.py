"""Which figures stand above the worklist? What a collector reads first, each a link to its list."""

from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from billing.figures import Figures


def figure_rows(found: dict[str, Figures], own: str) -> list[dict[str, Any]]:
    """The figures a collector reads, each a link to its list; a second currency has figures of its own."""
    currencies = [own, *sorted(set(found) - {own})]
    return [figure for currency in currencies for figure in _figures(found.get(currency, Figures(currency)))]


def _figures(it: Figures) -> list[dict[str, Any]]:
    invoices = ngettext("%(n)s invoice", "%(n)s invoices", it.overdue_invoices) % {"n": it.overdue_invoices}
    opened = ngettext("%(n)s open invoice", "%(n)s open invoices", it.open_invoices) % {"n": it.open_invoices}
    lines = ngettext("%(n)s line, frozen", "%(n)s lines, frozen", it.disputes) % {"n": it.disputes}
    promised = ngettext("on %(n)s invoice", "on %(n)s invoices", it.promises) % {"n": it.promises}
    rows = [
        (gettext("Outstanding"), it.outstanding, opened, "/invoices/?state=open"),
        (gettext("Overdue"), it.overdue, invoices, "/invoices/?state=overdue"),
        (gettext("Net overdue"), it.net_overdue, gettext("less unapplied"), "/invoices/?state=overdue"),
        (gettext("Disputed"), it.disputed, lines, "/disputes/"),
        (pgettext("amount", "Promised"), it.promised, promised, ""),
        (gettext("Unapplied"), it.unapplied, gettext("payments and credits"), "/payments/?show=unapplied"),
    ]
    return [
        {"label": label, "value": value, "currency": it.currency, "note": note, "url": url}
        for label, value, note, url in rows
    ]
