"""What stands in a catalogue, as text and compiled, and what do code and templates say?"""

from __future__ import annotations

import ast
import gettext
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

ROOT = Path(__file__).parents[2]
LANGUAGES = {"zh_Hans": 1, "ru": 3}
"""The catalogues and how many plural forms each has."""

TOOLS = ("xgettext", "msgmerge", "msguniq", "msgattrib")
SOURCES = (".py", ".html", ".txt")
FIELD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) +(".*")$')
Key = tuple[str | None, str, str | None]
CALLS = {f"{kind}gettext{lazy}" for kind in ("", "n", "p", "np") for lazy in ("", "_lazy")} | {"_"}


@dataclass
class Entry:
    """One text: its context, itself, its plural, what it became in each form, and its flags."""

    fields: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return (self.fields.get("msgctxt"), self.fields["msgid"], self.fields.get("msgid_plural"))

    @property
    def forms(self) -> list[str]:
        return [text for name, text in self.fields.items() if name.startswith("msgstr")]


def path_of(language: str, suffix: str = "po") -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


def read(path: Path) -> list[Entry]:
    """Every text of a .po or .pot file, its header left out; obsolete ones are not texts."""
    found = [one for one in map(_entry, path.read_text(encoding="utf-8").split("\n\n")) if one.fields]
    return [one for one in found if one.fields["msgid"]]


def header(path: Path) -> str:
    """The first text of a .po file: what says how many plural forms there are. The day of its making is no text."""
    lines = _entry(path.read_text(encoding="utf-8").split("\n\n")[0]).fields["msgstr"].splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("POT-Creation-Date"))


def _entry(block: str) -> Entry:
    entry, last = Entry(), ""
    for line in block.splitlines():
        if line.startswith("#,"):
            entry.flags |= {flag.strip() for flag in line[2:].split(",")}
        elif found := FIELD.match(line):
            last = found[1]
            entry.fields[last] = ast.literal_eval(found[2])
        elif line.startswith('"'):
            entry.fields[last] += ast.literal_eval(line)
    return entry


def compiled(language: str) -> dict[object, str]:
    """What a machine without gettext reads: the .mo file's texts, by the key that gettext gives them."""
    with path_of(language, "mo").open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def compiling(language: str) -> dict[object, str]:
    """The same, as it would come out of the .po file as it is now."""
    made: dict[object, str] = {"": header(path_of(language))}
    for entry in read(path_of(language)):
        context, text, plural = entry.key
        key = text if context is None else f"{context}\x04{text}"
        if plural is None:
            made[key] = entry.forms[0]
        else:
            made |= {(key, form): words for form, words in enumerate(entry.forms)}
    return made


def missing_tools() -> list[str]:
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def said(workplace: Path) -> set[Key]:
    """Every text that code and templates hand to gettext today; extracted from a copy, since it leaves traces."""
    for source in sources():
        copy = workplace / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    locale = workplace / "locale"
    locale.mkdir()
    with override_settings(LOCALE_PATHS=[locale]):
        call_command("makemessages", locale=["ru"], keep_pot=True, verbosity=0)
    return {entry.key for entry in read(locale / "django.pot")}


def sources() -> Iterator[Path]:
    """The portal's own code and templates: no tests, and nothing in a hidden folder."""
    for folder in sorted(one for one in ROOT.iterdir() if one.is_dir()):
        if folder.name not in ("tests", "locale", "static", "staticfiles") and not folder.name.startswith("."):
            yield from (path for path in sorted(folder.rglob("*")) if path.suffix in SOURCES)


def unseen() -> list[str]:
    """Calls of gettext that extraction passes by: inside an f-string, or with a text that is only made at run time."""
    found = []
    for path in (one for one in sources() if one.suffix == ".py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nested = {call for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for call in ast.walk(node)}
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CALLS):
                continue
            if call in nested or not isinstance(call.args[0], ast.Constant):
                found.append(f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(call)}")
    return found
