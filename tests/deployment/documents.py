"""What do the documents of docs/ say in their tables, and which tests and files do they name?"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUOTED = re.compile(r"`([^`]+)`")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.(?:py|md|html|txt|toml|js|typ)|README\.md|requirements\.txt|Makefile")


def rows(name: str, columns: int) -> list[list[str]]:
    """The cells of each row of a document's tables that have so many columns, heads left out."""
    found = []
    for line in (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == columns and not set(line) <= set("|- "):
            found.append(cells)
    return found


def quoted(name: str) -> list[str]:
    """Everything between backticks in a document."""
    return QUOTED.findall((ROOT / "docs" / name).read_text(encoding="utf-8"))


def missing(texts: list[str]) -> list[str]:
    """Of the tests and files that these texts name, those that don't exist."""
    gone = []
    for text in texts:
        if test := TEST.fullmatch(text):
            file = ROOT / test[1]
            code = file.read_text(encoding="utf-8") if file.is_file() else ""
            if not re.search(rf"^def {test[2]}\(", code, re.MULTILINE):
                gone.append(text)
        elif FILE.fullmatch(text) and not (ROOT / text).is_file():
            gone.append(text)
    return gone
