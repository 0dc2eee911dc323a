"""Prove a new experiment file before it is written, and write it whole or not at all."""

from dataclasses import replace
from pathlib import Path

from opnp.cli import _outputs
from opnp.data.image_set import Missing
from opnp.diagnostics.experiment_summary import ExperimentSummary, summarize
from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError
from opnp.experiments.experiment import Experiment
from opnp.experiments.registry import read_file, shipped_keys
from opnp.experiments.toml_file import slug
from opnp.reports.printable import printable
from opnp.store import Store
from opnp.store.files import whole, write_all

_UNWRITTEN = "Nothing was written; add `--no-check` to write the file and mend it there."


def require_new(file: Path, *, force: bool) -> Path:
    """Return the file if it may be written, after its folder is made where it is not there.

    Raises:
        InvalidSettingError: If it is no .toml, is there already, its key is taken, or the disk refuses.
    """
    shown = printable(str(file))
    if file.suffix.lower() != ".toml":
        raise InvalidSettingError(
            f"Expected the file to end in .toml but got {shown!r}. Add that, so that it is taken for one."
        )
    if file.is_dir():
        raise InvalidSettingError(f"Expected a file but {shown!r} is a folder. Name a file in it.")
    if file.exists() and not force:
        raise InvalidSettingError(
            f"Expected a new file but {shown!r} is there. Choose another name, or replace it with `--force`."
        )
    if slug(file.stem) in shipped_keys():
        raise InvalidSettingError(
            f"Expected a name of its own but {slug(file.stem)!r} is an experiment that comes with opnp. "
            "Choose another."
        )
    _outputs.require_folder("FILE", file.parent)  # from which relative paths start
    return file


def prove(
    file: Path, text: str, store: Store, *, load_model: bool, own_files: bool
) -> tuple[Experiment, ExperimentSummary]:
    """Read the text as the experiment file that it is to be, open its sets and load its model.

    Args:
        file: Where it is to be written.
        text: Of the file.
        store: May hold features of before.
        load_model: Whether to load the model, where it is on this machine.
        own_files: Whether the model is in files that the person named, so that nothing is to be downloaded.

    Raises:
        InvalidDataError: If the model or a set cannot be used.
        MissingDataError: If one of the model's own files is missing or cut off.
        InvalidSettingError: If the reader refuses the text, or it cannot be written.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidSettingError(
            "Expected the names of files and folders to be text in UTF-8, as TOML has to be, but one is not. "
            "Rename it, or work in a UTF-8 locale."
        ) from None
    experiment = read_file(file, text)
    unseen = (Missing("The model was not looked at."),)
    looked_at = experiment if load_model else replace(experiment, classifier_missing=lambda: unseen)
    summary = summarize(looked_at, store)
    for images in summary.sets:
        if images.problem is not None:
            raise InvalidDataError(f"{images.problem} Nothing was written.")
    if load_model and own_files and (missing := experiment.classifier_missing()):
        raise MissingDataError(f"{' '.join(map(str, missing))} {_UNWRITTEN}")
    if summary.problem is not None:
        raise InvalidDataError(f"{summary.problem} {_UNWRITTEN}")
    return experiment, summary


def write_new(file: Path, text: str, *, force: bool) -> None:
    """Write a text file, whole or not at all.

    Raises:
        InvalidSettingError: If the disk refuses, or somebody else has written it meanwhile.
    """
    try:
        with whole(file) as fd:
            write_all(fd, text.encode())
            require_new(file, force=force)
    except OSError as error:
        raise _outputs.unwritable("FILE", file, error) from None
