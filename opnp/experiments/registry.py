"""Registry of experiments: those of the package and those that OPNP_EXPERIMENTS names.

OPNP_EXPERIMENTS holds TOML files and folders of them, separated like PATH (":", on Windows ";"). They come
from whoever runs the dashboard; what a visitor sends never names a file here.
"""

import difflib
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from opnp._utils.foreign_code import foreign
from opnp.data.image_set import ImageSet, Missing
from opnp.errors import InvalidSettingError, OpnpError
from opnp.experiments.builtin.fashion import embedded_experiments
from opnp.experiments.experiment import Experiment
from opnp.experiments.titles import titles_of
from opnp.experiments.toml_file import read_experiment

SHIPPED = Path(__file__).parent / "shipped"
_EMBEDDED = "the embedded experiments"


def list_experiments() -> tuple[Experiment, ...]:
    """List every experiment of the package and of OPNP_EXPERIMENTS, the built-in one first.

    A file that cannot be used does not take the others down: it is listed under its name, says in `missing`
    what is wrong with it, and raises that when loaded. So does a key that two files claim.
    """
    experiments: dict[str, tuple[Experiment, str]] = {e.key: (e, _EMBEDDED) for e in embedded_experiments()}
    for file in experiment_files():
        experiment = _read(file)
        if experiment.key in experiments:
            first = experiments[experiment.key][1]
            experiment = _broken(
                experiment.key,
                InvalidSettingError(
                    f"Expected every experiment to have its own key but {experiment.key!r} is that of "
                    f"{first} and of {_name(file)}. Change `key` in [experiment] of one of them."
                ),
            )
            experiments[experiment.key] = (experiment, first)
        else:
            experiments[experiment.key] = (experiment, _name(file))
    return _with_unique_titles([experiment for experiment, _ in experiments.values()])


def load_experiment(key: str) -> Experiment:
    """Return the experiment with that key.

    Raises:
        InvalidSettingError: If there is none; the message lists those that there are.
    """
    experiments = {experiment.key: experiment for experiment in list_experiments()}
    if key not in experiments:
        matches = difflib.get_close_matches(key.lower(), experiments, n=1)
        hint = f" Did you mean {matches[0]!r}?" if matches else ""
        raise InvalidSettingError(
            f"Expected `experiment` to be one of {', '.join(map(repr, experiments))} but got {key!r}.{hint}"
        )
    return experiments[key]


def read_file(file: Path, text: str | None = None) -> Experiment:
    """Read the experiment in a TOML file, as `read_experiment` does; whatever goes wrong is a sentence.

    Raises:
        InvalidSettingError: If the file cannot be used.
    """
    with foreign(f"{file.name} to be an experiment file", "Mend it there.", kind=InvalidSettingError):
        return read_experiment(file, text)


def _with_unique_titles(experiments: list[Experiment]) -> tuple[Experiment, ...]:
    """Append the key to the titles that several experiments share."""
    titles = titles_of(experiments)
    return tuple(replace(experiment, title=titles[experiment.key]) for experiment in experiments)


def experiment_files() -> list[Path]:
    """Return the TOML files of the package and of OPNP_EXPERIMENTS, each once; also missing ones."""
    named = [Path(part) for part in os.environ.get("OPNP_EXPERIMENTS", "").split(os.pathsep) if part.strip()]
    files = [file for path in (SHIPPED, *named) for file in _files(path)]
    return list({os.path.realpath(file): file for file in files}.values())


def shipped_keys() -> frozenset[str]:
    """Return the keys of the experiments that come with the package."""
    embedded = (experiment.key for experiment in embedded_experiments())
    return frozenset([*embedded, *(file.stem for file in _files(SHIPPED))])


def _files(path: Path) -> list[Path]:
    """Return the files of a folder, or the file itself."""
    try:
        expanded = path.expanduser()
        return sorted(expanded.glob("*.toml")) if expanded.is_dir() else [expanded]
    except (OSError, RuntimeError):  # too long a name, or the home of nobody
        return [path]


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _read(file: Path) -> Experiment:
    try:
        return read_file(file)
    except OpnpError as error:
        return _broken(re.sub(r"[^a-z0-9_-]", "-", file.stem.lower()) or "unnamed", error, file.stem)


def _broken(key: str, error: OpnpError, title: str = "") -> Experiment:
    """Return a placeholder that lists an unusable experiment with its problem."""

    def refuse(*_: Any) -> NoReturn:  # noqa: ANN401
        raise error

    def missing() -> tuple[Missing, ...]:
        return (Missing(str(error)),)

    refusal: Callable[..., NoReturn] = refuse
    nothing = ImageSet("none", "None", "", refusal, refusal)
    return Experiment(
        key, title or key, "", refusal, nothing, nothing, (), classifier_missing=missing, problem=str(error)
    )
