"""For whom may we act? A person's consent is a refresh token: where it is kept, and how a renewed one is put back.

App+user calls use it (the secure application model); the provider hands out a new one now and then, and the old
one ends. Source: partner-center-authentication.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from tempfile import NamedTemporaryFile

LONGEST = 16_000


class Consent:
    """The current refresh token. With a file, every process that reads it sees what another has renewed."""

    def __init__(self, token: str, file: str) -> None:
        self._file = Path(file) if file else None
        self._token = token.strip()
        # What still stands in a file that could not be written.
        self._overtaken = ""
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Consent(given={bool(self._token)}, file={self._file})"

    @property
    def is_given(self) -> bool:
        """Whether there is a token to try."""
        return bool(self.token())

    def token(self) -> str:
        """The token to send, or "" if there is none; the file's, where there is one that can be read."""
        with self._lock:
            kept = self._from_file()
            return kept if kept and kept != self._overtaken else self._token or kept

    def renew(self, token: str) -> None:
        """Keep the token that replaces the current one; in the file, whole or not at all, for its owner's eyes.

        Raises OSError if the file can't be written; the new token is used by this process all the same."""
        if not token or token == self.token():
            return
        with self._lock:
            self._token, self._overtaken = token, self._from_file()
            if self._file is not None:
                _replace(self._file, token)

    def _from_file(self) -> str:
        try:
            return self._file.read_text()[:LONGEST].strip() if self._file is not None else ""
        except (OSError, UnicodeDecodeError):
            return ""


def _replace(path: Path, text: str) -> None:
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            # Made with 0600 by the library; said again because it matters.
            os.fchmod(file.fileno(), 0o600)
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
