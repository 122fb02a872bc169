"""What runs in the child that prints? Typst alone, with hard limits: no Django, no database, no network.

Started by printing.py as a script of its own; the folder it is given holds all that it may read."""

import json
import resource
import sys
from pathlib import Path

import typst

SECONDS = 20
BYTES = 512 * 1024 * 1024
PAGES = "<pages>"


def press(folder: Path) -> int:
    """Print main.typ of a folder into paper.pdf and answer the number of its pages."""
    job = json.loads((folder / "job.json").read_text())
    compiler = typst.Compiler(
        str(folder / "main.typ"),
        root=str(folder),
        font_paths=job["fonts"],
        ignore_system_fonts=True,
        package_path=str(folder / "none"),
        package_cache_path=str(folder / "none"),
    )
    compiler.compile(output=str(folder / "paper.pdf"), format="pdf", timestamp=job["made_at"])
    return int(json.loads(compiler.query(PAGES, field="value", one=True)))


def limited() -> None:
    """From here on this process may use so much time and memory, and leaves no core behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limited()
    try:
        sys.stdout.write(str(press(Path(sys.argv[1]))))
    except typst.TypstError as error:
        sys.exit(f"{error.message}\n{error.diagnostic}")
