"""How is the whole portal served with one command?"""

import contextlib
import io
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import reverse

from customers.models import Partner, User
from partnerportal.pages.beginning import secret
from partnerportal.services import environment, joining, places
from partnerportal.services.places import StartError
from partnerportal.services.serving import Bind, Portal, only_one


class Command(BaseCommand):
    help = "Serve the portal: services, migrations, demo book, web, worker and beat under one supervisor."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="localhost:8000", metavar="HOST:PORT")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty book empty")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bind = Bind.parse(options["bind"])
        except ValueError as fault:
            raise CommandError(f"--bind: {fault}", returncode=2) from fault
        if bind.taken:
            raise CommandError(
                f"Port {bind.port} of {' and '.join(bind.taken)} is taken by another program; "
                f"choose another one: make run PORT={bind.port + 1}",
                returncode=2,
            )
        portal = Portal(joining.mine[0], bind, self.say)
        places.create(portal.places)
        try:
            with only_one(portal.places):
                self.serve(portal, demo=not options["no_demo"])
        except StartError as problem:
            raise CommandError(str(problem), returncode=1) from problem
        except BlockingIOError as refusal:
            served = environment.served_at(portal.places).get("PORTAL_URL", "another address")
            raise CommandError(
                f"{portal.places.home} is served already at {served}; "
                "stop that portal, or name another state directory with PORTAL_HOME.",
                returncode=2,
            ) from refusal

    def serve(self, portal: Portal, *, demo: bool) -> None:
        """From the first service to the signal that ends it."""
        self.say(f"state in {portal.places.home}, logs in {portal.places.log}")
        with portal.stoppable():
            portal.open()
            if settings.PRODUCTION:
                call_command("collectstatic", interactive=False, verbosity=0)
            elif demo:
                self.seed(portal)
            portal.start()
            portal.announce()
            self.invite_the_first(portal)
            portal.watch()

    def seed(self, portal: Portal) -> None:
        """Fill an empty book with the demo's; one that was interrupted begins again.

        This process has loaded the portal, so the demo is lived here while the web server loads its own."""
        unfinished = portal.places.home / "demo-unfinished"
        again = unfinished.exists()
        told = io.StringIO()
        try:
            if not again and Partner.objects.exists():
                return
            unfinished.touch()
            call_command("demo", *(["--reset"] if again else []), stdout=told)
            unfinished.unlink()
        except SystemExit as end:
            raise StartError(f"The demo book could not be made (demo ended with {end.code}).") from end
        finally:
            connection.close()
            (portal.places.log / "demo.log").write_text(told.getvalue())
        self.say(told.getvalue().rstrip())
        portal.note("demo book")

    def invite_the_first(self, portal: Portal) -> None:
        """Where nobody can sign in yet, say under which address somebody can begin."""
        try:
            if not User.objects.exists():
                self.say(f"Nobody can sign in yet. Begin here: {portal.bind.url}{reverse('begin', args=[secret()])}")
        finally:
            connection.close()

    def say(self, line: str) -> None:
        """One line at once; somebody who stopped reading does not stop the portal."""
        with contextlib.suppress(OSError):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
