"""`download`: get the weights and data sets that an experiment misses."""

from dataclasses import asdict

import typer

from opnp.cli import _console, _options
from opnp.experiments.registry import load_experiment


def download(experiment: _options.ExperimentKey, *, as_json: _console.AsJson = False) -> None:
    """Download what an experiment misses, and say what is left to get by hand.

    The exit code is 3 while something is missing.
    """
    with _console.exit_codes(as_json=as_json):
        chosen = load_experiment(experiment)
        if chosen.missing():
            chosen.fetch()
        missing = chosen.missing()
    if as_json:
        _console.print_json({"experiment": experiment, "missing": [asdict(thing) for thing in missing]})
    else:
        words = "\n".join(map(str, missing)) or "Everything is there."
        _console.stderr().print(words, markup=False, soft_wrap=True)
    raise typer.Exit(_console.Exit.MISSING if missing else 0)
