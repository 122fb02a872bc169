"""When does the web server begin to listen? gunicorn's configuration: it loads the portal while the book is
still being made, and opens the door when the supervisor says so."""

import os
import time
from pathlib import Path


def on_starting(server: object) -> None:
    """gunicorn calls this between loading the portal and listening."""
    door = Path(os.environ["PORTAL_DOOR"])
    while not door.exists():
        time.sleep(0.02)
