"""`download`: get the weights and data sets that an experiment misses."""

from dataclasses import asdict

import typer

from opnp.cli import _console, _experiment, _options
from opnp.errors import OpnpError


def download(experiment: _options.ExperimentKey, *, as_json: _console.AsJson = False) -> None:
    """Download what an experiment misses, and say what is left to get by hand.

    The exit code is 3 while something is missing.
    """
    with _console.exit_codes(as_json=as_json):
        chosen = _experiment.named_experiment(experiment)
        failure = None
        if chosen.missing():
            try:
                chosen.fetch()
            except OpnpError as error:
                failure = error
        missing = chosen.missing()
        if as_json and failure is None:
            _console.print_json({"experiment": experiment, "missing": [asdict(thing) for thing in missing]})
        else:
            words = "\n".join(map(str, missing)) or "Everything is there."
            _console.stderr().print(words, markup=False, soft_wrap=True)
        if failure is not None:
            raise failure
    raise typer.Exit(_console.Exit.MISSING if missing else 0)
