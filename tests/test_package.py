"""An installed package holds everything that a clone does, and works without one."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BESIDE = {file for file in (ROOT / "opnp").rglob("*") if file.is_file() and file.suffix != ".pyc"}
BUILT_FROM = ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "NOTICE")


@dataclass(frozen=True)
class Installed:
    """A new environment with the wheel in it, and an empty folder to work in."""

    archives: Path
    environment: Path
    work: Path

    def run(self, *command: str) -> subprocess.CompletedProcess:
        """Run a program of the new environment, in the empty folder."""
        path = self.environment / "bin" / command[0]
        home = {"HOME": str(self.work), "PATH": os.environ["PATH"], "COLUMNS": "200"}
        return subprocess.run(
            [path, *command[1:]], cwd=self.work, env=home, capture_output=True, text=True, timeout=120
        )


def answer(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """`python -m build` in a copy without what building left in the clone; its wheel in a new environment."""
    folder = tmp_path_factory.mktemp("package")
    copy, archives, environment, work = (folder / name for name in ("copy", "dist", "venv", "work"))
    work.mkdir()
    for package in ("opnp", "app", "tests"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, copy)
    unled = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, "env": unled}
    python = [sys.executable, "-m"]
    subprocess.run([*python, "build", "--no-isolation", "--outdir", archives, copy], **quiet)
    venv.create(environment, symlinks=True)
    [wheel] = archives.glob("*.whl")
    offline = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*python, "pip", "--python", environment, "install", *offline, wheel], **quiet)
    shutil.rmtree(copy)
    [packages] = environment.glob("lib/python*/site-packages")
    # After its own packages come those of this environment; of a path named here no .pth file is read, so
    # that nothing of it leads to the clone.
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    return Installed(archives, environment, work)


def test_files_beside_the_code_are_packaged():
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    packaged = {
        file
        for package, patterns in setuptools["package-data"].items()
        for pattern in patterns
        for file in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    beside = {file for file in BESIDE if file.suffix != ".py"}
    assert len(beside) > 10
    assert packaged == beside


def test_wheel_and_source_hold_the_engine_whole_and_nothing_else(installed):
    expected = {str(file.relative_to(ROOT)) for file in BESIDE}
    [wheel], [source] = installed.archives.glob("*.whl"), installed.archives.glob("*.tar.gz")
    in_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert in_wheel == expected
    with tarfile.open(source) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    own = {"PKG-INFO", "setup.cfg"}
    in_source = {name for name in names - own if not name.startswith("opnp.egg-info/")}
    assert in_source == expected | {*BUILT_FROM}


def test_the_installed_package_lies_in_its_environment(installed):
    script = "import opnp; print(opnp.__file__, opnp.__version__)"
    file, version = answer(installed.run("python", "-c", script)).split()
    assert Path(file).is_relative_to(installed.environment)
    assert Path(file).with_name("py.typed").is_file()
    assert f"-{version}-" in next(installed.archives.glob("*.whl")).name


def test_the_installed_package_knows_what_it_needs(installed):
    script = "from opnp.reports.packages import extras, required; print(required(), extras())"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = answer(installed.run("python", "-c", script))
    for line in project["dependencies"]:
        assert f"name='{line.partition('>')[0]}'" in listed
    assert all(f"Extra(name='{name}'" in listed for name in project["optional-dependencies"])


def test_the_installed_command_works_without_the_repository(installed):
    listed = json.loads(answer(installed.run("opnp", "experiments", "--json")))["experiments"]
    fashion = next(row for row in listed if row["key"] == "fashion")
    assert fashion["classes"] == 10
    assert not fashion["missing"]
    shipped = (ROOT / "opnp" / "experiments" / "shipped").glob("*.toml")
    assert {row["key"] for row in listed} >= {file.stem for file in shipped}
    assert any("opnp" in folder.name for folder in installed.work.rglob("*"))  # the user's cache folder
    assert "experiments" in answer(installed.run("opnp", "--help"))
