"""`python -m opnp.cli.download EXPERIMENT`: download what an experiment misses; say what is left to get."""

import sys

from opnp.data.image_set import Missing
from opnp.errors import OpnpError
from opnp.experiments.registry import load_experiment


def fetch(key: str) -> tuple[Missing, ...]:
    """Download the weights and data sets of an experiment that can be downloaded.

    Args:
        key: Of the experiment.

    Returns:
        What is still missing, to be had by hand.

    Raises:
        OpnpError: If there is no such experiment, or a download fails.
    """
    experiment = load_experiment(key)
    if experiment.missing():
        experiment.fetch()
    return experiment.missing()


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit code."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m opnp.cli.download EXPERIMENT\n")
        return 2
    try:
        missing = fetch(arguments[0])
    except OpnpError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    for thing in missing:
        sys.stderr.write(f"{thing}\n")
    sys.stderr.write("" if missing else "Everything is there.\n")
    return 3 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
