"""How are files handed in with a form, a fault for each, and nothing lost when the form fails?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, User

from .attaching import MOST_FILES, Refused, attach, staged
from .judging import ENDINGS
from .models import CaseFile

ACCEPT: Final = ",".join(ending for endings in ENDINGS.values() for ending in endings)


@dataclass
class Taken:
    """What came with a form: files that wait for their case, and what is wrong with the others, each by name."""

    files: list[CaseFile] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    name: str = "files"
    accept: str = ACCEPT
    most: int = MOST_FILES

    @property
    def field_id(self) -> str:
        """The input's id in the page."""
        return f"id_{self.name}"


def take(
    data: QueryDict | Mapping[str, Any],
    uploads: "MultiValueDict[str, UploadedFile[Any]]",
    customer: Customer,
    *,
    by: User,
    now: datetime,
    name: str = "files",
) -> Taken:
    """Keep what was just uploaded, and find what an earlier try of the same form uploaded and is not taken out."""
    kept = _list(data, f"{name}_kept")
    out = set(_list(data, f"{name}_out"))
    taken = Taken(staged(by, customer, [one for one in kept if one not in out]), name=name)
    sent = [upload for upload in uploads.getlist(name) if upload]
    for upload in sent[: max(0, MOST_FILES - len(taken.files))]:
        try:
            taken.files.append(attach(customer, upload.name or "", upload, by=by, now=now))
        except Refused as refused:
            taken.faults.append(str(refused))
    if len(taken.files) + len(sent) - len(taken.faults) > MOST_FILES or len(sent) > MOST_FILES:
        taken.faults.append(gettext("At most %(n)s files at once; the rest was not taken.") % {"n": MOST_FILES})
    return taken


def _list(data: QueryDict | Mapping[str, Any], name: str) -> list[str]:
    return data.getlist(name) if isinstance(data, QueryDict | MultiValueDict) else list(data.get(name, []))


class FilesInput(forms.Widget):
    """A file input for several, with what is kept already above it."""

    needs_multipart_form = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.taken = Taken()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[Any, Any, str]:
        """Everything; `take` reads it."""
        return data, files, name

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether the form was sent without any of it."""
        return name not in files and f"{name}_kept" not in data

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The input, and the files that wait."""
        self.taken.name = name
        return mark_safe(render_to_string("disputes/files_field.html", {"taken": self.taken, "bare": True}))  # noqa: S308  # nosec B703


class FilesField(forms.Field):
    """Several files; cleaned to a list of CaseFile that belong to no case yet."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("label", _("Files"))
        super().__init__(**options)
        self._place: tuple[Customer, User, datetime] | None = None

    def for_upload(self, customer: Customer, *, by: User, now: datetime) -> None:
        """Whose files they will be, and who sends them; said by the form before it is read."""
        self._place = customer, by, now

    def clean(self, value: Any) -> Sequence[CaseFile]:
        """The files, those of an earlier try included."""
        assert self._place, "for_upload was not called"
        customer, by, now = self._place
        data, uploads, name = value
        taken = take(data, uploads, customer, by=by, now=now, name=name)
        cast(FilesInput, self.widget).taken = taken
        if taken.faults:
            raise ValidationError(taken.faults)
        if self.required and not taken.files:
            raise ValidationError(self.error_messages["required"], code="required")
        return taken.files

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether anything came."""
        return bool(data and (data[1].getlist(data[2]) or _list(data[0], f"{data[2]}_kept")))
