"""What follows `--` on the command line: `streamlit run app/main.py -- --experiment pets.toml`."""

import argparse
import os
from collections.abc import Sequence

VARIABLE = "OPNP_EXPERIMENTS"


def offer(arguments: Sequence[str]) -> None:
    """Offer the experiment files named by `--experiment`, beside those that OPNP_EXPERIMENTS names.

    Args:
        arguments: Of the script, without its name. The rest is left alone.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--experiment", action="append", default=[], metavar="FILE")
    named = parser.parse_known_args(arguments)[0].experiment
    offered = [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    added = [file for file in named if file not in offered]
    if added:
        os.environ[VARIABLE] = os.pathsep.join([*offered, *added])
