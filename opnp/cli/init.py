"""`init`: write the experiment file of your own model and images."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from opnp.cli import _console, _init_check, _options
from opnp.cli._experiment_summary import print_summary, sets_table
from opnp.cli._init_answers import Answers, complete_answers
from opnp.cli._init_folders import class_folders, id_tables, name_of, ood_tables
from opnp.cli._init_model import SOURCES, ModelAnswers, classifier_table, tables_of_features
from opnp.cli._questions import may_ask
from opnp.errors import InvalidDataError, MissingDataError
from opnp.experiments.new_file import experiment_text
from opnp.experiments.toml_file import slug
from opnp.reports.printable import printable
from opnp.reports.versions import ROOT
from opnp.store import Store

_STAND_IN = (
    "No OOD images were named: generated noise and textures stand in until you name yours in the file."
)
_DASHBOARD = ROOT / "app" / "main.py"


def init(
    file: Annotated[
        Path | None,
        typer.Argument(help="TOML file to write; named after the images by default.", show_default=False),
    ] = None,
    *,
    train: Annotated[
        str | None,
        typer.Option(
            help="Folder of ID training images, a sub-folder for each class; or of train/ and test/ or val/.",
            show_default=False,
        ),
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="Folder of ID test images, of the same classes.", show_default=False)
    ] = None,
    ood: Annotated[
        list[str] | None,
        typer.Option(
            help="Folder of OOD images; may be repeated; ood/ beside the others, or generated images, by "
            "default.",
            show_default=False,
        ),
    ] = None,
    architecture: Annotated[
        str | None, typer.Option(help="Name of torchvision or timm, or net.py:function.", show_default=False)
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(help="Your weights, or features as .npz; else published weights.", show_default=False),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(
            help="In the order of the logits, between commas or in a file; or their number. By default the "
            "sub-folders of the training images.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help=f"{', '.join(SOURCES)}; by default as it looks.", show_default=False),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Name for people.", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    check: Annotated[bool, typer.Option(help="Load the model and try it on images.")] = True,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Write the experiment file of your own model and images: with comments, and checked.

    At a terminal it asks for what is not given. What cannot be used is said and nothing is written.
    """
    with _console.exit_codes(as_json=as_json):
        if file is not None:
            _init_check.require_new(file, force=force)
        answers = complete_answers(ModelAnswers(source, architecture, checkpoint, classes), train, test, ood)
        name = name_of(answers.train or Path(Path(answers.model.checkpoint or "").stem))
        file = file or _init_check.require_new(Path(f"{slug(name)}.toml"), force=force)
        text = _text(title or name, answers, file)
        try:
            with Store(cache) as store:
                experiment, summary = _init_check.prove(
                    file, text, store, load_model=check, own_files=answers.model.checkpoint is not None
                )
        except (InvalidDataError, MissingDataError):
            if may_ask():
                command = printable(answers.command(file, title))
                _console.stderr().print(Text(f"The same without questions: {command}"), soft_wrap=True)
            raise
        _init_check.write_new(file, text, force=force)
        if answers.train is not None and not answers.ood:
            _console.stderr().print(_STAND_IN)
        download = bool(experiment.missing())
    if as_json:
        _console.print_json({"file": str(file), "checked": check, **asdict(summary)})
        return
    stdout = _console.stdout()
    if check:
        print_summary(summary)
    else:
        stdout.print("The model was not looked at.", sets_table(summary), sep="\n")
    stdout.print(Text(f"\nWrote {printable(str(file))}. Next:"), soft_wrap=True)
    for command in _next_commands(file, download=download):
        stdout.print(Text(f"  {printable(command)}"), soft_wrap=True)


def _text(title: str, answers: Answers, file: Path) -> str:
    if answers.train is None or answers.test is None:
        return experiment_text(title, *tables_of_features(answers.model, file))
    classifier = classifier_table(answers.model, class_folders(answers.train), file)
    id_sets = id_tables(answers.train, answers.test, file)
    return experiment_text(title, classifier, id_sets, ood_tables(answers.ood, file))


def _next_commands(file: Path, *, download: bool) -> Iterator[str]:
    """Yield what to type next, in the folder that one is in."""
    quoted = shlex.quote(str(file))
    if download:
        yield f"python -m opnp download {quoted}"
    yield f"python -m opnp extract {quoted}"
    if _DASHBOARD.is_file():
        page = os.path.relpath(_DASHBOARD) if _DASHBOARD.is_relative_to(Path.cwd()) else str(_DASHBOARD)
        yield f"streamlit run {shlex.quote(page)} -- --experiment {quoted}"
    else:  # installed without the dashboard
        whole = shlex.quote(str(file.absolute()))
        yield f"streamlit run app/main.py -- --experiment {whole}    (in a clone of the repository)"
