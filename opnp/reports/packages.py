"""Packages that opnp needs, or can use, beside what is installed. It imports none of them."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from typing import Literal

from packaging.requirements import Requirement

from opnp.reports.versions import ROOT

BRINGS = {
    "app": "the dashboard",
    "export": "detectors as ONNX graphs",
    "timm": "models of timm",
    "huggingface": "models and data sets of the Hugging Face Hub",
    "docs": "the documentation as pages",
}
"""What each extra of the package is for."""

State = Literal["ok", "missing", "another version"]


@dataclass(frozen=True)
class Package:
    """A package and its version here.

    Attributes:
        name: As pip knows it.
        needed: Range of versions, as pip writes it; empty for any.
        installed: The version, None where it is not installed.
        state: Whether that is in the range.
    """

    name: str
    needed: str
    installed: str | None
    state: State


@dataclass(frozen=True)
class Extra:
    """Packages for something that opnp does without otherwise.

    Attributes:
        name: In `pip install "opnp[name]"`.
        brings: What it is for.
        packages: Of this extra alone.
    """

    name: str
    brings: str
    packages: tuple[Package, ...]


def required() -> tuple[Package, ...]:
    """Return the packages without which opnp does not run.

    Example:
        >>> {package.name: package.state for package in required()}["numpy"]
        'ok'
    """
    plain, _ = _declared()
    return tuple(map(_package, plain))


def extras() -> tuple[Extra, ...]:
    """Return what can be installed beside them."""
    _, optional = _declared()
    return tuple(
        Extra(name, BRINGS.get(name, ""), tuple(map(_package, packages)))
        for name, packages in optional.items()
    )


def _declared() -> tuple[list[Requirement], dict[str, list[Requirement]]]:
    """Return what pyproject.toml of a clone says, else the installed package; without both nothing."""
    file = ROOT / "pyproject.toml"
    if file.is_file():
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        optional = project["optional-dependencies"]
        return _read(project["dependencies"]), {name: _read(lines) for name, lines in optional.items()}
    try:
        every, names = _read(requires("opnp") or []), metadata("opnp").get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return [], {}
    return [one for one in every if _is_for(one, "")], {
        name: [one for one in every if _is_for(one, name) and not _is_for(one, "")] for name in names
    }


def _read(lines: Iterable[str]) -> list[Requirement]:
    return [Requirement(line) for line in lines]


def _is_for(one: Requirement, extra: str) -> bool:
    """Return whether a package is asked for on this machine, with that extra; "" for none."""
    return one.marker is None or one.marker.evaluate({"extra": extra})


def _package(one: Requirement) -> Package:
    try:
        installed = version(one.name)
    except PackageNotFoundError:
        return Package(one.name, str(one.specifier), None, "missing")
    fits = one.specifier.contains(installed, prereleases=True)
    return Package(one.name, str(one.specifier), installed, "ok" if fits else "another version")
