"""Versions that a result was made with, so that it can be made again."""

import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from opnp._version import __version__

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("torch", "torchvision", "numpy", "pillow", "pytorch-ood")


def versions() -> dict[str, str | None]:
    """Return the versions of this package, Python and the libraries that figures depend on, and the commit.

    Returns:
        By name; the commit is None outside of a clone, and ends in "-dirty" where files have been changed.

    Example:
        >>> sorted(versions())
        ['commit', 'numpy', 'opnp', 'pillow', 'platform', 'python', 'pytorch-ood', 'torch', 'torchvision']
    """
    return {
        "opnp": __version__,
        **{name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "commit": commit(ROOT),
    }


def commit(root: Path) -> str | None:
    """Return the commit that a clone at `root` is at, "-dirty" with changes; None where git knows of none."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    git_describe = subprocess.run(  # noqa: S603 - git, with no word from outside
        [git, "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return git_describe.stdout.strip() if git_describe.returncode == 0 else None
