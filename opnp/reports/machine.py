"""What this machine has for opnp. Whatever cannot even be imported is a sentence among the problems."""

import contextlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from opnp._utils.foreign_code import foreign
from opnp._version import __version__
from opnp.errors import OpnpError
from opnp.reports import packages
from opnp.reports.versions import ROOT, commit

_INSTALL = 'Install it anew: pip install --force-reinstall "{}".'


@dataclass(frozen=True)
class DeviceFacts:
    """A device: its name for `--device`, what it is, and whether backbones run in half precision there."""

    name: str
    what: str
    half_precision: bool


@dataclass(frozen=True)
class CacheFacts:
    """The cache folder: where, whether it can be written, its size and limit, the space free on its disk."""

    folder: str
    writable: bool
    size_bytes: int
    limit_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class ExperimentFacts:
    """An experiment: whether all that it needs is here, what is missing, and why its file cannot be used."""

    key: str
    title: str
    ready: bool
    missing: tuple[str, ...]
    problem: str | None


@dataclass
class Machine:
    """What was found, part by part; a part that could not be looked at is empty.

    Attributes:
        opnp: Its version.
        folder: Where it lies.
        commit: Of the clone it lies in; None outside of one.
        python: Version and program.
        platform: System and processor.
        required: Packages without which opnp does not run.
        extras: Packages for more.
        devices: The one that is used by default first.
        torchvision_stand_in: Whether torchvision's compiled operators do not load beside this torch, so that
            two of their names are declared; None where torchvision cannot be imported.
        cache: The cache folder.
        data_folder: Where data is looked for that does not lie beside its experiment file.
        experiment_files: What OPNP_EXPERIMENTS names.
        experiments: All that are listed.
        problems: What is not in order, in sentences with the remedy.
    """

    opnp: str = __version__
    folder: str = str(ROOT / "opnp")
    commit: str | None = None
    python: str = f"{platform.python_version()} ({sys.executable})"
    platform: str = f"{platform.system()} {platform.machine()}"
    required: tuple[packages.Package, ...] = ()
    extras: tuple[packages.Extra, ...] = ()
    devices: tuple[DeviceFacts, ...] = ()
    torchvision_stand_in: bool | None = None
    cache: CacheFacts | None = None
    data_folder: str | None = None
    experiment_files: tuple[str, ...] = ()
    experiments: tuple[ExperimentFacts, ...] = ()
    problems: list[str] = field(default_factory=list)


def look() -> Machine:
    """Look at this machine, without writing anything. It takes seconds, since torch is imported."""
    found = Machine(commit=commit(ROOT), required=packages.required(), extras=packages.extras())
    found.problems += map(_package_problem, (one for one in found.required if one.state != "ok"))
    if not found.required:
        found.problems.append(
            "Expected opnp to be installed but it was only found on the path, so that nobody knows which "
            "versions it needs. Install it: pip install opnp, or pip install -e . in a clone."
        )
    with _noted(found, "torch to be imported", _INSTALL.format("torch")):
        found.devices = _devices()
    with _noted(found, "torchvision to be imported", _INSTALL.format("torchvision")):
        found.torchvision_stand_in = _stand_in()
    with _noted(found, "the cache folder to be readable", "Set OPNP_CACHE to another."):
        found.cache = _cache()
        if not found.cache.writable:
            found.problems.append(
                "Expected the cache folder to be writable but it is not. Set OPNP_CACHE to one that is."
            )
    with _noted(found, "the experiments to be listed", _INSTALL.format("opnp")):
        found.data_folder, found.experiment_files, found.experiments = _experiments()
        found.problems += [one.problem for one in found.experiments if one.problem is not None]
    return found


@contextlib.contextmanager
def _noted(found: Machine, expected: str, remedy: str) -> Iterator[None]:
    """Note whatever goes wrong in the block as one of the problems, once."""
    try:
        with foreign(expected, remedy):
            yield
    except OpnpError as error:
        found.problems.append(str(error))


def _package_problem(package: packages.Package) -> str:
    line = f"{package.name}{package.needed}"
    got = "it is not installed" if package.installed is None else f"{package.installed} is installed"
    return f'Expected the package {line} but {got}. Run: pip install "{line}".'


def _devices() -> tuple[DeviceFacts, ...]:
    from opnp.devices import described, devices, runs_half

    return tuple(DeviceFacts(str(device), described(device), runs_half(device)) for device in devices())


def _stand_in() -> bool:
    from opnp._utils.torchvision import import_torchvision, operators_are_declared

    import_torchvision()
    return operators_are_declared()


def _cache() -> CacheFacts:
    from opnp.store.settings import default_directory, default_limit

    folder = default_directory().absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return CacheFacts(
        str(folder),
        there.is_dir() and os.access(there, os.W_OK | os.X_OK),
        _size(folder),
        default_limit(),
        shutil.disk_usage(there).free,
    )


def _size(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # another process has removed it
            size += path.lstat().st_size if path.is_file() else 0
    return size


def _experiments() -> tuple[str, tuple[str, ...], tuple[ExperimentFacts, ...]]:
    from opnp.experiments.registry import list_experiments
    from opnp.experiments.sources.table_location import data_folder

    named = os.environ.get("OPNP_EXPERIMENTS", "").split(os.pathsep)
    facts = tuple(
        ExperimentFacts(
            experiment.key,
            experiment.title,
            experiment.at_hand(),
            () if experiment.problem else tuple(map(str, experiment.missing())),
            experiment.problem,
        )
        for experiment in list_experiments()
    )
    return str(data_folder()), tuple(str(Path(part)) for part in named if part.strip()), facts
