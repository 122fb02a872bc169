"""Where do the stories about processes happen? In directories of their own, made once where that will do."""

import shutil
import tempfile
from pathlib import Path

import pytest

from partnerportal.services import places
from tests.services.standing import manage, nothing_left


@pytest.fixture
def home():
    """A state directory that does not exist yet."""
    above = Path(tempfile.mkdtemp(prefix="portal-story-"))
    above.chmod(0o755)
    yield above / "state"
    left = nothing_left(above / "state", within=10)
    shutil.rmtree(above, ignore_errors=True)
    shutil.rmtree(places.of(above / "state").annex, ignore_errors=True)
    assert left == {}


@pytest.fixture(scope="session")
def made():
    """A state directory whose database is up to date, to be copied."""
    home = Path(tempfile.mkdtemp(prefix="portal-story-")) / "state"
    home.parent.chmod(0o755)
    done = manage(home, "clearsessions")
    assert done.returncode == 0, done.stderr
    yield home
    shutil.rmtree(home.parent, ignore_errors=True)


@pytest.fixture
def standing_home(home, made):
    """A state directory that has been used before."""
    shutil.copytree(made, home, symlinks=True)
    for source in [made, *made.rglob("*")]:
        found = source.lstat()
        shutil.chown(home / source.relative_to(made), found.st_uid, found.st_gid)
    return home
