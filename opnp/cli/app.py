"""Command line: what the pages do, from a terminal and on a cluster."""

import typer

from opnp.cli import cache
from opnp.cli.compare import compare_methods
from opnp.cli.deploy import deploy
from opnp.cli.doctor import doctor
from opnp.cli.download import download
from opnp.cli.evaluate import evaluate
from opnp.cli.experiments import experiments
from opnp.cli.extract import extract
from opnp.cli.init import init
from opnp.cli.map import sensitivity_map
from opnp.cli.monitor import monitor
from opnp.cli.score import score

app = typer.Typer(
    help="Sensitivity-guided pruning for out-of-distribution detection.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("doctor")(doctor)
app.command("init")(init)
app.command("experiments")(experiments)
app.command("download")(download)
app.command("extract")(extract)
app.command("map")(sensitivity_map)
app.command("evaluate")(evaluate)
app.command("compare")(compare_methods)
app.command("deploy")(deploy)
app.command("score")(score)
app.command("monitor")(monitor)
app.add_typer(cache.app, name="cache")
