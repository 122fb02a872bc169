"""How is a file imported here?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from payables.importing import Imported, import_file
from payables.reading import BadFile
from tests import story, witness

NOW = story.at("2026-10-16")


@pytest.fixture
def imports(hanhai) -> Callable[..., Imported]:
    """Imports bytes for Hanhai."""
    return lambda content, **more: import_file(hanhai, content, file_name="09.csv", now=NOW, **more)


@pytest.fixture
def faults(imports) -> Callable[..., list[str]]:
    """The faults of a file, which must have changed nothing at all."""

    def refused(content: bytes, **more) -> list[str]:
        before = witness.everything()
        with pytest.raises(BadFile) as bad:
            imports(content, **more)
        assert witness.everything() == before
        return bad.value.faults

    return refused
