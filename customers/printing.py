"""How does data become a paper? Through a typst template, in a child process that can harm nobody.

A template takes its texts from data.json and never as markup, so what a customer is called can't change a page."""

import base64
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core import checks

from . import press

TEMPLATES: Final = "templates/pdf"
WHEELS: Final = ("cvttf_NotoSansCJK_Regular", "cvttf_NotoSansCJK_Bold")
DEBIAN: Final = Path("/usr/share/fonts/opentype/noto")
GRACE: Final = 2
# One thread and one arena: many would reserve more address space than the child may have.
QUIET: Final = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


class Unprinted(Exception):
    """The paper could not be made; the message says what stopped it."""


@dataclass(frozen=True)
class Printed:
    """A paper's bytes and how many pages it has."""

    content: bytes
    pages: int


def print_paper(template: str, data: Mapping[str, Any], *, at: datetime) -> Printed:
    """Print templates/pdf/<template>.typ with this data (JSON: texts, numbers, lists, mappings).

    `at` is the time of making that the file carries; the same data at the same time is the same bytes. Takes at
    most 20 seconds and 512 MB, so it belongs outside any transaction. Raises Unprinted."""
    with tempfile.TemporaryDirectory(prefix="paper-") as name:
        folder = Path(name)
        source = Path(settings.BASE_DIR) / TEMPLATES
        shutil.copyfile(source / f"{template}.typ", folder / "main.typ")
        shutil.copyfile(source / "frame.typ", folder / "frame.typ")
        (folder / "data.json").write_text(json.dumps(_unpacked(data, folder), ensure_ascii=False))
        (folder / "job.json").write_text(json.dumps({"fonts": fonts(), "made_at": int(at.timestamp())}))
        pages = _run([sys.executable, "-I", press.__file__, name], folder)
        return Printed((folder / "paper.pdf").read_bytes(), int(pages))


def _unpacked(data: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The data with the partner's logo as a file in the folder, named where its bytes stood."""
    logo = data["partner"].get("logo") if "partner" in data else None
    if not logo:
        return data
    (folder / logo["file"]).write_bytes(base64.b64decode(logo["base64"]))
    return {**data, "partner": {**data["partner"], "logo": logo["file"]}}


def _run(command: Sequence[str], folder: Path) -> str:
    """The child's answer; the child and whatever it may have started end with this."""
    child = subprocess.Popen(
        command,
        cwd=folder,
        env={**QUIET, "PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        said, complaint = child.communicate(timeout=press.SECONDS + GRACE)
    except subprocess.TimeoutExpired:
        raise Unprinted(f"printing took longer than {press.SECONDS} seconds") from None
    finally:
        _end(child)
    if child.returncode:
        raise Unprinted(complaint.strip()[-500:] or f"the printing process ended with {child.returncode}")
    return said


def _end(child: "subprocess.Popen[str]") -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


@cache
def fonts() -> list[str]:
    """The folders in which fonts for Latin, Cyrillic and Chinese were found; the wheels' own first."""
    found = [importlib.util.find_spec(name) for name in WHEELS]
    places = [spec.submodule_search_locations[0] for spec in found if spec and spec.submodule_search_locations]
    return places if len(places) == len(WHEELS) else [*places, str(DEBIAN)] if DEBIAN.is_dir() else places


@checks.register
def has_fonts(**_options: Any) -> list[checks.CheckMessage]:
    """Without a font, Chinese and Russian would be printed as empty boxes."""
    if fonts():
        return []
    hint = "Install cvttf-notosanscjk-regular and -bold, or Debian's fonts-noto-cjk."
    return [checks.Warning("No font for printing was found.", hint=hint, id="customers.W001")]
