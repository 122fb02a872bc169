#!/usr/bin/env python
"""What may a person ask of the portal? `manage.py help` lists it."""

import os
import sys

from django.core.management import execute_from_command_line

from partnerportal.services.joining import prepare
from partnerportal.services.places import StartError


def main() -> None:
    """Have the services the command needs, then run it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")
    try:
        prepare(sys.argv)
    except StartError as problem:
        sys.exit(f"manage.py: {problem}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
