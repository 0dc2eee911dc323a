"""Steps shared by the commands that evaluate or score: OOD sets, and an experiment made ready."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from opnp.cli import _console
from opnp.devices import device_named
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.experiments.experiment import Experiment
from opnp.experiments.registry import load_experiment, read_file
from opnp.explorer import Explorer
from opnp.features import ExtractionProgress
from opnp.features.monitor import Report
from opnp.prepare import prepare
from opnp.reports.printable import printable
from opnp.reports.provenance import image_notes
from opnp.store import Store


def named_experiment(name: str) -> Experiment:
    """Return the experiment with that key, or in that TOML file, which OPNP_EXPERIMENTS need not name.

    A key that is not listed also stands for KEY.toml in the folder that one is in.

    Raises:
        InvalidSettingError: If there is none, or the file cannot be used.
    """
    if name.lower().endswith(".toml"):
        return read_file(Path(name).expanduser())
    try:
        return load_experiment(name)
    except InvalidSettingError as error:
        file = Path(f"{name}.toml")
        if file.name == str(file) and file.is_file():
            return read_file(file)
        raise InvalidSettingError(
            f"{error} A file of your own is named by its path, such as pets.toml."
        ) from None


def ood_keys(experiment: Experiment, keys: Sequence[str] | None) -> list[str]:
    """Return the keys of an experiment's OOD sets that were asked for, in its order; all where none was.

    Raises:
        InvalidSettingError: If it has no such set.
    """
    known = [images.key for images in experiment.ood]
    unknown = [key for key in keys or [] if key not in known]
    if unknown:
        raise InvalidSettingError(
            f"Expected `--ood` to be one of {', '.join(map(repr, known))} but got {unknown[0]!r}."
        )
    return [key for key in known if not keys or key in keys]


def load_explorer(
    experiment: Experiment, device: str | None, cache: Path | None, *, shifted: bool = False
) -> Explorer:
    """Return an experiment with its features and maps, read from the cache or computed into it.

    What of its images is not used, and what was assumed of its classes, is said on stderr.
    """
    chosen = device_named(device)
    with Store(cache) as store, _bars() as progress:
        prepared = prepare(experiment, store, device=chosen, progress=progress, shifted=shifted)
    for line in image_notes(prepared):
        _console.stderr().print(Text(printable(line)), soft_wrap=True)
    return Explorer(prepared)


def usable_keys(explorer: Explorer, keys: Sequence[str], asked: Sequence[str] | None) -> list[str]:
    """Return the keys of those OOD sets that can be used.

    Args:
        explorer: The experiment made ready.
        keys: Of the sets that are wanted, as `ood_keys` gives them.
        asked: Those that a person named.

    Raises:
        InvalidDataError: If a person named one that cannot be used.
    """
    for unused in explorer.prepared.unused:
        if unused.key in (asked or ()):
            raise InvalidDataError(unused.reason)
    return [key for key in keys if key in explorer.prepared.ood]


@contextlib.contextmanager
def _bars() -> Iterator["_Bars"]:
    with contextlib.ExitStack() as stack:
        yield _Bars(stack)


class _Bars:
    """Progress bars, one a set, one after the other."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack, self._title = stack, ""
        self._report: Report | None = None

    def __call__(self, title: str, pace: ExtractionProgress) -> None:
        if self._report is None or title != self._title:
            self._stack.close()
            self._report = self._stack.enter_context(_console.progress_bar(title))
            self._title = title
        self._report(pace)
