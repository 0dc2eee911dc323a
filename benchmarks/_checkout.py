"""Check an earlier commit out beside this one, for a benchmark that compares the two."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from recipes.serving import ROOT


@contextlib.contextmanager
def earlier(revision: str) -> Iterator[Path]:
    """Make a worktree of a commit; it is gone when the block ends.

    Raises:
        subprocess.CalledProcessError: If there is no such commit, or no git.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "before"
        _git("worktree", "add", "--quiet", "--detach", str(place), revision)
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=ROOT, check=True)  # noqa: S603, S607 - our own words
