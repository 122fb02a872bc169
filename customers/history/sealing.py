"""How does one see that the history itself was changed? Each row is sealed with the row before it, in its partner's
chain: what is altered or taken out of the middle breaks it."""

import logging
from typing import Final

from django.db import connection, transaction

log = logging.getLogger(__name__)

AT_ONCE: Final = 2_000
SEAL: Final = "SELECT partner, position, hash FROM customers_seal_changes(%s)"


def seal(most: int = AT_ONCE) -> int:
    """Seal what was changed since the last time; answers how many rows. Safe to call at any time, by several at once.

    It is done after the change rather than with it: a chain is one after the other, and people who work in one book
    at the same time would wait for each other's commit. The end of each chain goes into the log, which the database's
    owner can't rewrite."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SEAL, [most])
        sealed = cursor.fetchall()
    ends = {partner: (position, digest) for partner, position, digest in sealed}
    for partner, (position, digest) in ends.items():
        log.info("history of partner %s sealed up to %s: %s", partner or "none", position, digest)
    return len(sealed)
