"""How is a form field shown? Its control's class, its links to help and error, the value it refuses."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import strip_tags
from django.utils.translation import gettext

UNQUOTED: Final = (forms.PasswordInput, forms.FileInput, forms.CheckboxInput, forms.RadioSelect, forms.Select)
QUOTE_LIMIT: Final = 60


def css_for(widget: forms.Widget) -> str:
    """The framework's class for a control."""
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def quoted(bound: BoundField, message: str) -> str:
    """An error that names what was typed, unless it already does or the value must not be shown."""
    value = bound.data if bound.form.is_bound else None
    if not isinstance(value, str) or not value.strip() or isinstance(bound.field.widget, UNQUOTED):
        return message
    if value in message or len(value) > QUOTE_LIMIT:
        return message
    return gettext("“%(value)s”: %(message)s") % {"value": value, "message": message}


def errors_of(bound: BoundField) -> list[str]:
    """The field's errors in words."""
    return [quoted(bound, str(error)) for error in bound.errors]


def shown(bound: BoundField, label: str = "", help_text: str = "", aside: str = "") -> dict[str, Any]:
    """What components/field.html needs."""
    errors = errors_of(bound)
    name = bound.auto_id or bound.html_name
    said = help_text or str(bound.help_text or "")
    links = [f"{name}_help"] * bool(said) + [f"{name}_error"] * bool(errors)
    widget = bound.field.widget
    css = css_for(widget) + (" is-invalid" if errors else "")
    attributes: dict[str, Any] = {"class": f"{widget.attrs.get('class', '')} {css}".strip()}
    if links:
        attributes["aria-describedby"] = " ".join(links)
    if str(widget.attrs.get("placeholder", "")).startswith(str(bound.label)):
        attributes["placeholder"] = False  # it would only repeat the label above
    return {
        "name": name,
        "label": label or bound.label,
        "help": said,
        "aside": aside,
        "errors": errors,
        "control": bound.as_widget(attrs=attributes),
        "id_for_label": bound.id_for_label,
        "is_check": isinstance(widget, forms.CheckboxInput),
        "is_group": isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple),
        "is_password": isinstance(widget, forms.PasswordInput),
        "optional": not bound.field.required and not isinstance(widget, forms.CheckboxInput),
    }


def faults(form: forms.BaseForm) -> Iterator[dict[str, str]]:
    """Every error of the form with the field it belongs to."""
    for error in form.non_field_errors():
        yield {"target": "", "label": "", "text": strip_tags(str(error))}
    for bound in form:
        for text in errors_of(bound):
            yield {"target": bound.id_for_label or bound.auto_id, "label": str(bound.label), "text": text}


def whole(form: forms.BaseForm) -> dict[str, Any]:
    """What components/form.html needs; the summary stands from two errors on."""
    found = list(faults(form)) if form.is_bound else []
    return {
        "form": form,
        "faults": found,
        "general": [fault["text"] for fault in found if not fault["target"]],
        "summary": len(found) > 1,
        "hidden": form.hidden_fields(),
        "visible": [shown(bound) for bound in form.visible_fields()],
    }
