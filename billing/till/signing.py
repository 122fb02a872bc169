"""Is a callback really from the payment provider, and fresh? An HMAC over its moment and its bytes.

The header reads `t=<seconds since 1970>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Final

HEADER: Final = "Till-Signature"
TOLERANCE: Final = timedelta(minutes=5)
_FORM: Final = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def signed(body: bytes, secret: str, *, at: datetime) -> str:
    """The header for a body that is sent at an instant of the machine's clock."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_mac(stamp, body, secret)}"


def is_genuine(header: str, body: bytes, secret: str, *, now: datetime) -> bool:
    """Whether this body was signed with our secret within the last five minutes of the machine's clock."""
    found = _FORM.fullmatch(header)
    if not secret or found is None:
        return False
    fresh = abs(now - datetime.fromtimestamp(int(found[1]), UTC)) <= TOLERANCE
    return hmac.compare_digest(_mac(found[1], body, secret), found[2]) and fresh


def _mac(stamp: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
