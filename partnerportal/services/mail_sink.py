"""Where does the demo's mail go? `python -m partnerportal.services.mail_sink --bind HOST:PORT --dir DIR`.

Each message becomes one file, complete before the sender hears 250. Recipients whose address begins with
`bounce`, or at `bounce.example`, are refused, so that refusals can be seen."""

import argparse
import asyncio
import email
import email.policy
import os
import re
import secrets
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED = "550 5.1.1 No such mailbox here"
LARGEST = 40_000_000


class Keeper:
    """aiosmtpd's handler: what to answer to a recipient and to a message."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Refuse the addresses that stand for a dead mailbox."""
        local, _, domain = address.lower().rpartition("@")
        if local.startswith("bounce") or domain == "bounce.example":
            return REFUSED
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message, with its envelope in two headers, then say so."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        trace = f"X-MailFrom: {envelope.mail_from}\r\nX-RcptTo: {', '.join(envelope.rcpt_tos)}\r\n"
        name = keep(self.directory, trace.encode() + content, message_id(content))
        return f"250 2.0.0 kept as {name}"


def message_id(content: bytes) -> str:
    """The Message-ID without what a file's name may not have."""
    head = content.partition(b"\r\n\r\n")[0]
    found = email.message_from_bytes(head, policy=email.policy.compat32).get("Message-ID", "")
    return re.sub(r"[^A-Za-z0-9.@_+-]", "", str(found)).lstrip(".")[:120] or secrets.token_hex(8)


def keep(directory: Path, content: bytes, identity: str) -> str:
    """Write the file whole and for good, and return its name."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{identity}.eml"
    unfinished = directory / f".{name}.{secrets.token_hex(4)}"
    with unfinished.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(unfinished, directory / name)
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return name


async def serve(host: str, port: int, directory: Path) -> None:
    """Take mail until told to stop."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stopped.set)
    handler = Keeper(directory)

    def session() -> SMTP:
        return SMTP(handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="localhost", loop=loop)

    server = await loop.create_server(session, host, port)
    await stopped.wait()
    server.close()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Keep each message as a file.")
    parser.add_argument("--bind", required=True, metavar="HOST:PORT")
    parser.add_argument("--dir", required=True, type=Path)
    options = parser.parse_args()
    host, _, port = options.bind.rpartition(":")
    options.dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(host.strip("[]"), int(port), options.dir))


if __name__ == "__main__":
    main()
