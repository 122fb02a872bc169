"""How much of an upload is written to disk before anybody looks at it? No more than shows that it is too large."""

from typing import Final

from django.core.files.uploadhandler import FileUploadHandler

from disputes.attaching import MOST_OF_A_FILE

# Provider bills and bank statements are the largest files that staff bring in.
LARGEST: Final = 300 * 1024 * 1024
# Where files come from many hands.
OF_CASES: Final = ("/my/", "/disputes/")


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep what comes, and lets a file through up to its limit and a chunk; the
    form then sees that it is too large and says so."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """The chunk for the next handler, or nothing above the limit."""
        path = self.request.path if self.request else ""
        most = MOST_OF_A_FILE if path.startswith(OF_CASES) else LARGEST
        return raw_data if start <= most else None

    def file_complete(self, file_size: int) -> None:
        """Others keep the file."""
