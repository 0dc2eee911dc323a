"""An installed package holds everything that a clone does."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_files_beside_the_code_are_packaged():
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    packaged = {
        file
        for package, patterns in setuptools["package-data"].items()
        for pattern in patterns
        for file in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    beside = {
        file for file in (ROOT / "opnp").rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")
    }
    assert len(beside) > 10
    assert packaged == beside
