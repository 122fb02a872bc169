"""Commands come to their services by themselves, share them, and leave nothing behind."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from partnerportal.services import environment, needs, places
from partnerportal.services.joining import Membership
from tests.services.standing import (
    PROJECT,
    as_user,
    clean_environment,
    manage,
    nothing_left,
    processes_of,
)

NOBODY = 65534
# Asks the database and makes no table, which would take longer than all the rest.
LOOKS = ("showmigrations", "sessions")


def test_commands_started_together_share_one_set_of_services(standing_home):
    (standing_home / "migrated.json").unlink()
    log = standing_home / "log" / "postgres.log"
    starts = log.read_text().count("starting PostgreSQL")
    done = []
    words = ("clearsessions",)
    threads = [threading.Thread(target=lambda: done.append(manage(standing_home, *words))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 3
    assert log.read_text().count("starting PostgreSQL") == starts + 1
    assert processes_of(standing_home) == {}


def test_a_database_that_is_behind_is_brought_up_to_date(standing_home):
    back = manage(standing_home, "migrate", "sessions", "zero")
    assert back.returncode == 0, back.stderr
    done = manage(standing_home, "dumpdata", "sessions")
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_the_application_may_use_the_rows_and_not_the_tables(standing_home):
    membership = Membership(standing_home, needs.ALL)
    membership.join(frozenset({needs.DATABASE}))
    try:
        with psycopg.connect(environment.stores(membership.places)["DATABASE_URL"]) as link:
            role = "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            assert link.execute(role).fetchone() == (False, False, False)
            link.execute("DELETE FROM django_session")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute("DROP TABLE django_session")
            link.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute("DELETE FROM django_migrations")
    finally:
        membership.leave()


def test_two_state_directories_never_touch_each_other(home, standing_home, made):
    other = made
    ours, theirs = Membership(standing_home, needs.ALL), Membership(other, needs.ALL)
    ours.join(needs.ALL)
    theirs.join(needs.ALL)
    try:
        mine, yours = (
            environment.stores(each.places) | environment.sandbox(each.places) | environment.mail_sink(each.places)
            for each in (ours, theirs)
        )
        apart = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PARTNER_CENTER_URL", "EMAIL_URL")
        assert [name for name in apart if mine[name] == yours[name]] == []
        ours.leave()
        assert processes_of(standing_home) == {}
        with psycopg.connect(yours["DATABASE_URL"]) as link:
            assert link.execute("SELECT 1").fetchone() == (1,)
    finally:
        ours.leave()
        theirs.leave()


def test_a_path_too_long_for_a_socket_works(home):
    deep = home / ("a" * 60) / ("b" * 60)
    done = manage(deep, *LOOKS)
    assert (done.returncode, done.stderr) == (0, "")
    assert (deep / "db" / "data" / "PG_VERSION").exists()
    assert processes_of(deep) == {}
    assert not places.of(deep).annex.exists()


def test_a_directory_closed_to_others_works(home):
    home.parent.chmod(0o700)
    for _start in ("first", "second"):
        done = manage(home, *LOOKS)
        assert (done.returncode, done.stderr) == (0, "")
    assert (home / "db" / "data").resolve().is_dir()
    assert processes_of(home) == {}


def test_an_ordinary_user_needs_no_more_than_root(home):
    user = NOBODY if os.getuid() == 0 else None
    if user is not None:
        os.chown(home.parent, user, user)
    python, project, path = reachable(home.parent, user)
    done = manage(home, *LOOKS, python=python, project=project, user=user, **path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (home / "db" / "data").stat().st_uid == (os.getuid() if user is None else user)
    assert processes_of(home) == {}


def reachable(at, user):
    """An interpreter and a project that user can read: ours, or copies where ours are behind closed doors."""
    probe = [sys.executable, "-c", "import django, partnerportal.services"]
    try:
        if subprocess.run(probe, cwd=PROJECT, capture_output=True, **as_user(user)).returncode == 0:
            return sys.executable, PROJECT, {}
    except PermissionError:
        pass
    linked = {
        "symlinks": True,
        "copy_function": link_or_copy,
        "ignore": shutil.ignore_patterns("__pycache__", "test"),
    }
    site = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    shutil.copytree(site, at / "packages", **linked)
    shutil.copytree(sys.base_prefix, at / "python", **linked)
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(PROJECT, at / "project", symlinks=True, ignore=ignored)
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return (
        str(at / "python" / "bin" / python),
        at / "project",
        {"PYTHONPATH": str(at / "packages"), "LD_LIBRARY_PATH": str(at / "python" / "lib")},
    )


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def test_a_command_that_is_killed_leaves_nothing(standing_home):
    stays = "import time; print('in', flush=True); time.sleep(60)"
    words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", stays]
    with subprocess.Popen(
        words, cwd=PROJECT, env=clean_environment(standing_home), stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout.readline() == "in\n"
        command.kill()
    assert nothing_left(standing_home, within=8) == {}


def test_commands_that_read_no_row_start_nothing(home):
    done = manage(home, "help")
    assert done.returncode == 0
    assert not home.exists()


def test_a_test_run_that_is_killed_leaves_nothing(tmp_path):
    (tmp_path / "test_long.py").write_text(
        "import os, time\n"
        "def test_long(mail_dir):\n"
        "    print('home', os.environ['PORTAL_HOME'], flush=True)\n"
        "    time.sleep(60)\n"
    )
    words = [sys.executable, "-m", "pytest", "-s", "-c", "pyproject.toml", "--rootdir", str(PROJECT)]
    with subprocess.Popen(
        [*words, "-p", "no:cacheprovider", str(tmp_path)],
        cwd=PROJECT,
        env=clean_environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        home = next(Path(line.split()[-1]) for line in run.stdout if "home /" in line)
        assert processes_of(home) != {}
        run.kill()
    assert nothing_left(home, within=8) == {}
    assert not home.exists()
