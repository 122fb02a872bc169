"""Is the embedded database behind the code, and if so, who brings it up to date?"""

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import errors, sql

from .environment import APP
from .places import Places, StartError, locked
from .processes import last_steps_before_exec
from .talkers import PROJECT

ANOTHER_MIGRATES_WITHIN = 600.0
WITH_MIGRATIONS_OF_THEIR_OWN = ("Django", "django-allauth")


def bring_up_to_date(where: Places, environ: Mapping[str, str]) -> bool:
    """Apply what is missing, once however many ask at the same time. True when there was something to do.

    The quick look compares the names of the migrations and the state of Django's own record with what they
    were after the last time, so it costs one query. Where there was no last time the database may still be
    starting: `migrate` waits for it."""
    owner = environ["DATABASE_OWNER_URL"]
    stamp = where.home / "migrated.json"
    with locked(where.home / "migrate.lock", ANOTHER_MIGRATES_WITHIN):
        if stamp.exists() and _read(stamp) == [code_state(PROJECT), database_state(owner)]:
            return False
        migrate(environ)
        keep_the_record_read_only(owner)
        stamp.write_text(json.dumps([code_state(PROJECT), database_state(owner)]))
        return True


def was_done(where: Places) -> bool:
    """Has this state directory's database been brought up to date before?"""
    return (where.home / "migrated.json").exists()


def code_state(project: Path) -> str:
    """Changes when a migration appears or goes, an app is installed or one of ours is upgraded."""
    digest = hashlib.sha256((project / "partnerportal" / "settings.py").read_bytes())
    for file in sorted(project.glob("*/migrations/*.py")):
        digest.update(str(file.relative_to(project)).encode())
    for package in WITH_MIGRATIONS_OF_THEIR_OWN:
        digest.update(version(package).encode())
    return digest.hexdigest()


def database_state(url: str) -> str | None:
    """Changes with every migration applied or taken back; None for an empty database."""
    with psycopg.connect(url, autocommit=True) as link:
        try:
            row = link.execute("SELECT count(*), max(id) FROM django_migrations").fetchone()
        except errors.UndefinedTable:
            return None
    return f"{row[0]}/{row[1]}" if row else None


def keep_the_record_read_only(url: str) -> None:
    """The application reads which migrations were applied (runserver does) and never writes it."""
    with psycopg.connect(url, autocommit=True) as link:
        for statement in (
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
            "GRANT SELECT ON django_migrations TO {}",
        ):
            link.execute(sql.SQL(statement).format(sql.Identifier(APP)))


def migrate(environ: Mapping[str, str]) -> None:
    """Run `migrate` as the tables' owner; StartError with its last words when it fails.

    It ends with us; a terminal's interrupt is not its business. An embedded database it joins by itself."""
    given = environ if environ.get("PORTAL_EMBEDDED") != "1" else without_database(environ)
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"],
        cwd=PROJECT,
        env={**given, "PORTAL_AS_OWNER": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        preexec_fn=last_steps_before_exec(signal.SIGTERM),
    )
    if done.returncode != 0:
        raise StartError(f"The database could not be brought up to date:\n{done.stderr[-3000:]}")


def without_database(environ: Mapping[str, str]) -> dict[str, str]:
    """The same environment before we put the embedded database into it."""
    ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "PORTAL_EMBEDDED"}
    return {name: value for name, value in environ.items() if name not in ours}


def _read(stamp: Path) -> list[str | None] | None:
    try:
        found: list[str | None] = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return None
    return found
