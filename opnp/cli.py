"""The command line: what the pages do, from a terminal and on a cluster."""

import typer

from opnp.commands import cache
from opnp.commands.benchmark import benchmark
from opnp.commands.compare import compare_methods
from opnp.commands.deploy import deploy
from opnp.commands.evaluate import evaluate
from opnp.commands.experiments import experiments
from opnp.commands.extract import extract
from opnp.commands.maps import sensitivity_map
from opnp.commands.score import score

app = typer.Typer(
    help="Sensitivity-guided pruning for out-of-distribution detection.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("experiments")(experiments)
app.command("extract")(extract)
app.command("map")(sensitivity_map)
app.command("evaluate")(evaluate)
app.command("benchmark")(benchmark)
app.command("compare")(compare_methods)
app.command("deploy")(deploy)
app.command("score")(score)
app.add_typer(cache.app, name="cache")
