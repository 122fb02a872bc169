"""How does Django admin show a row, and what keeps history read-only there? The base of every admin of ours."""

import json
from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import cache, reduce
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from . import formats

if TYPE_CHECKING:
    AdminBase = admin.ModelAdmin[Any]
    InlineBase = admin.TabularInline[Any, Any]
else:
    AdminBase, InlineBase = admin.ModelAdmin, admin.TabularInline

Column = Callable[[Any], Any]
Label = Any  # a text, translated when it is shown
MOST_DIGITS: Final = 18
EMPTY: Final = "–"


# How a value reads


def called(row: models.Model) -> str:
    """A row's own name; one that has none is its kind and key ("decision 12")."""
    text = str(row)
    return f"{row._meta.verbose_name} {row.pk}" if text == f"{type(row).__name__} object ({row.pk})" else text


def link(row: models.Model, text: str = "") -> str:
    """A row's name, leading to its page in the admin."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, text or called(row))


def _at(row: Any, path: str) -> Any:
    return reduce(lambda one, name: getattr(one, name, None), path.split("__"), row)


def _column(path: str, label: Label, show: Column, order: str = "") -> Column:
    def shown(row: Any) -> Any:
        value = show(row)
        return EMPTY if value is None else value

    shown.__name__ = path.replace("__", "_")
    return admin.display(description=label or _label(path), ordering=order or path)(shown)


def _label(path: str) -> str:
    return path.split("__")[-1].replace("_", " ").capitalize()


def linked(path: str, label: Label = "", order: str = "") -> Column:
    """A column that leads to the row a foreign key names; fetch it with `list_select_related`."""

    def show(row: Any) -> str | None:
        other = _at(row, path)
        return link(other) if other is not None else None

    return _column(path, label, show, order)


def amount(path: str, currency: str = "currency", label: Label = "") -> Column:
    """A column that shows an amount with its currency; `currency` is where the row names it."""

    def show(row: Any) -> str | None:
        value = _at(row, path)
        return None if value is None else formats.amount(value, str(_at(row, currency) or ""))

    return _column(path, label, show)


def written(path: str, label: Label = "") -> Column:
    """A stored document or longer text, as it is."""

    def show(row: Any) -> str | None:
        value = _at(row, path)
        if value in (None, "", [], {}):
            return None
        if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
            return ", ".join(map(str, value))
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1, default=str)
        return format_html('<pre class="portal-text">{}</pre>', text)

    return _column(path, label, show)


def _shown(model: type[models.Model], field: Any, currency: str) -> str | Column:
    """How one field of a read-only page is drawn."""
    label = str(field.verbose_name).capitalize()
    if field.is_relation:
        return linked(field.name, label)
    if isinstance(field, models.JSONField | models.TextField):
        return written(field.name, label)
    if isinstance(field, models.DecimalField) and field.decimal_places == 2 and currency:
        return amount(field.name, currency, label)
    return str(field.name)


@cache
def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones())]


CHOICES: Final[dict[str, Callable[[], list[tuple[str, Any]]]]] = {
    "language": lambda: list(settings.LANGUAGES),
    "zone": _zones,
}


class Chooser(AutocompleteSelect):
    """Chooses a row by searching for it. A key that can't be one is shown as nothing chosen, not looked up."""

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        """The chosen row."""
        return super().optgroups(name, [key for key in value if not key or is_key(str(key))], attrs)


def is_key(text: str) -> bool:
    """Whether a text can be a row's key at all."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


# What an admin may do


class Shown(AdminBase):
    """An admin of ours: nothing is deleted, long lists are paged, values that name a zone or a language are chosen."""

    list_per_page = 50
    show_full_result_count = False
    # Where staff read the same row in the portal: "/disputes/{pk}/".
    staff_page = ""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing of a partner's book is ever deleted; what was wrong is corrected by a new row."""
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Who may carry out this admin's actions: whoever was given the right to change these rows."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Languages and zones are chosen from those the portal knows."""
        choices = CHOICES.get(db_field.name)
        if choices is None or not isinstance(db_field, models.CharField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        blank = [("", gettext("the customer’s own"))] if db_field.blank else []
        return forms.ChoiceField(
            choices=[*blank, *choices()],
            required=not db_field.blank,
            label=str(db_field.verbose_name).capitalize(),
            initial=db_field.get_default(),
        )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Rows of long tables are searched for."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Chooser(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """A key that can't be one is refused before the database is asked."""
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if all(map(is_key, keys)):
            return super().response_action(request, queryset, *args, **kwargs)
        self.message_user(request, gettext("There is no such row."), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Name the row readably, and lead to its page in the portal whoever may open that."""
        row = kwargs.get("obj")
        if row is not None:
            context["subtitle"] = called(row)
        response = super().render_change_form(request, context, *args, **kwargs)
        place = getattr(request, "membership", None)
        if row is not None and self.staff_page and place and place.is_staff and place.partner_id == row.partner_id:
            response.context_data |= {  # type: ignore[attr-defined]
                "has_absolute_url": True,
                "absolute_url": self.staff_page.format(pk=row.pk),
            }
        return response


class Ledger(Shown):
    """Read-only: a record of what happened, or what only the portal's own operations write."""

    # Where a row names the currency of its amounts.
    currency = ""
    hidden: tuple[str, ...] = ()
    # The page of one row needs these rows beside it.
    page_select_related: tuple[str, ...] = ()

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        skipped = ("id", *self.hidden)
        self._fields = tuple(
            _shown(model, field, self.currency) for field in model._meta.fields if field.name not in skipped
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows come from the portal's operations only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What happened is not changed."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever was given the right to see these rows."""
        return bool(super().has_view_permission(request, obj))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Every field, amounts with their currency and keys as links."""
        return self._fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return self._fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """What a list or a page names is fetched with its rows; Django forgets the list's if the page's is set."""
        rows = super().get_queryset(request)
        listed = self.list_select_related
        named = (*self.page_select_related, *(listed if not isinstance(listed, bool) else ()))
        return rows.select_related(*named) if named else rows


class LedgerLines(InlineBase):
    """The lines of a document, read-only, below it."""

    extra = 0
    can_delete = False
    template = "admin/ledger_lines.html"
    columns: tuple[str | Column, ...] = ()
    lines_select_related: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Lines come with their document."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """And stay as they are."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """And stay."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The columns."""
        return self.columns

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything that is shown."""
        return self.columns

    def get_queryset(self, request: HttpRequest) -> Any:
        """The lines with what they name."""
        return super().get_queryset(request).select_related(*self.lines_select_related)


def zone_here(request: HttpRequest) -> tzinfo:
    """The zone in which this page's times are read."""
    zone: tzinfo = request.zone  # type: ignore[attr-defined]
    return zone
