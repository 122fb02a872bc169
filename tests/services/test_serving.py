"""One command serves the portal, keeps it running, and leaves nothing behind however it ends."""

import os
import signal
import socket

import psycopg
import pytest

from partnerportal.services import environment, needs, places
from partnerportal.services.joining import Membership
from tests.services.standing import Served, eventually, get, kill_all, manage, nothing_left, processes_of, served


def owner_of(home):
    return environment.stores(places.of(home))["DATABASE_OWNER_URL"]


def test_one_command_serves_the_portal_from_nothing(home):
    with served(home) as portal:
        port = portal.port
        assert [line for line in portal.lines if line.startswith("ready")] == [f"ready http://localhost:{port}"]
        for name in ("localhost", "127.0.0.1", "[::1]"):
            status, text, _ = get(f"http://{name}:{port}/healthz")
            assert (status, text) == (200, '{"status": "ok"}')
        assert eventually(portal.is_well)
        assert get(f"http://localhost:{port}/")[0] < 500
        status, _, headers = get(f"http://127.0.0.1:{port}/worklist/?page=2")
        assert (status, headers["Location"]) == (302, f"http://localhost:{port}/worklist/?page=2")
        for word in ("gunicorn", "celery -A partnerportal worker", "celery -A partnerportal beat"):
            portal.child(word)
        for word in ("valkey-server", "subscriptions.sandbox", "services.mail_sink", "postgres -D"):
            portal.child(word)
        assert portal.end(signal.SIGINT) == 0
        assert processes_of(home) == {}


def test_a_killed_portal_leaves_nothing_and_its_book_is_found_again(standing_home):
    with served(standing_home) as portal:
        with psycopg.connect(owner_of(standing_home)) as link:
            link.execute("CREATE TABLE kept (fact text)")
            link.execute("INSERT INTO kept VALUES ('paid')")
        os.kill(portal.process.pid, signal.SIGKILL)
        assert nothing_left(standing_home, within=8) == {}
    with served(standing_home) as portal:
        kill_all(standing_home)
        portal.process.wait(10)
    with served(standing_home) as portal:
        with psycopg.connect(owner_of(standing_home)) as link:
            assert link.execute("SELECT fact FROM kept").fetchall() == [("paid",)]
        assert eventually(portal.is_well)
        assert portal.end(signal.SIGTERM) == 0
        assert processes_of(standing_home) == {}


def test_whoever_dies_is_started_again(standing_home):
    with served(standing_home) as portal:
        for word in ("services.keeper", "postgres -D", "valkey-server", "services.mail_sink", "gunicorn"):
            before = portal.child(word)
            os.kill(before, signal.SIGKILL)
            assert eventually(portal.has_another, word, before), word
            assert eventually(portal.is_well), word
        before = portal.child("celery -A partnerportal worker")
        os.kill(before, signal.SIGKILL)
        portal.until("worker ended with -9")
        assert eventually(portal.has_another, "celery -A partnerportal worker", before)


def test_a_portal_that_is_told_to_stop_while_it_starts_stops(home):
    portal = Served(home, environment.free_port())
    portal.until("services")
    assert portal.end(signal.SIGINT) == 0
    assert nothing_left(home) == {}


def test_make_run_ends_with_make_however_make_ends(standing_home):
    for signum in (signal.SIGINT, signal.SIGKILL):
        port = environment.free_port()
        words = ["make", "run", f"PORT={port}", "DEMO=--no-demo"]
        with served(standing_home, command=words) as portal:
            portal.end(signum)
            assert nothing_left(standing_home, within=30) == {}, signum


def test_a_taken_port_is_said_and_nothing_is_started(home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = manage(home, "runportal", "--bind", f"127.0.0.1:{port}")
    assert done.returncode == 2
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert processes_of(home) == {}


def test_commands_join_the_portal_that_is_served(standing_home):
    with served(standing_home) as portal:
        keeper = portal.child("services.keeper")
        asked = "import os; print(os.environ['PORTAL_URL'], os.environ['PARTNER_CENTER_URL'])"
        done = manage(standing_home, "shell", "--no-imports", "-c", asked)
        assert done.returncode == 0, done.stderr
        port = environment.identity(places.of(standing_home))["ports"]["sandbox"]
        assert done.stdout.split() == [f"http://localhost:{portal.port}", f"http://127.0.0.1:{port}"]
        again = manage(standing_home, "runportal", "--bind", f"localhost:{environment.free_port()}")
        assert again.returncode == 2
        assert f"served already at http://localhost:{portal.port}" in again.stderr
        assert portal.child("services.keeper") == keeper
        assert portal.is_well()


def test_servers_named_in_the_environment_are_used(standing_home, made):
    theirs = Membership(made, needs.ALL)
    theirs.join(frozenset({needs.DATABASE, needs.BROKER}))
    found = environment.stores(theirs.places)
    elsewhere = {name: found[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    try:
        with served(standing_home, DEBUG="1", **elsewhere) as portal:
            assert eventually(portal.is_well)
            running = " ".join(processes_of(standing_home).values())
            assert "postgres" not in running
            assert "valkey" not in running
            assert "subscriptions.sandbox" in running
    finally:
        theirs.leave()


@pytest.mark.parametrize("words", ["8000", "localhost", "localhost:none", "localhost:70000"])
def test_an_address_that_is_none_is_refused(home, words):
    done = manage(home, "runportal", "--bind", words)
    assert (done.returncode, processes_of(home)) == (2, {})
    assert "is not HOST:PORT" in done.stderr
