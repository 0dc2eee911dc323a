"""Run the command line on a spoilt world, and check its answer against independent figures."""

import json
import math
import os
import re
import traceback
from pathlib import Path

from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.evaluation.splits import Half
from recipes.fuzzing.apart import Outcome
from recipes.fuzzing.world import Scores, figures

_SENTENCE = re.compile(r"(Expected|Choose|Name|No ) ?.{10,}", re.DOTALL)
NEAR = 2e-3


def check_pictures(place: Path, truths: list[Scores], range_: tuple[Scores, Scores] | None = None) -> Outcome:
    """Check `evaluate pictures`: figures are those of one of `truths`, or lie between those of `range_`."""
    return _evaluated(place, "pictures", truths, range_)


def check_arrays(place: Path, truths: list[Scores]) -> Outcome:
    """Check `evaluate arrays`: its figures are those of one of `truths`."""
    return _evaluated(place, "arrays", truths, None)


def check_scores(place: Path, file: Path, neighbour: Path, right: float) -> Outcome:
    """Check `score`: a spoilt picture is skipped or scored, and its neighbour has its pixels' score."""
    arguments = ["score", "pictures", str(file.relative_to(place)), str(neighbour.relative_to(place))]
    failed, lines = _run(place, "pictures", arguments)
    if failed:
        return failed
    rows = {Path(row["file"]).name: row for row in map(json.loads, lines.splitlines())}
    got = rows[neighbour.name]["unpruned"]["score"]
    if abs(got - right) > NEAR:
        return "wrong", f"score {got} where the pixels give {right}"
    row = rows[file.name]
    if "skipped" in row:
        return "refused", row["skipped"]
    return ("right" if math.isfinite(row["unpruned"]["score"]) else "wrong"), str(row)


def _evaluated(place: Path, key: str, truths: list[Scores], span: tuple[Scores, Scores] | None) -> Outcome:
    failed, text = _run(place, key, ["evaluate", key])
    if failed:
        return failed
    unpruned = json.loads(text)["unpruned"]
    got = {f"{half} {row['set']}": row["auroc"] for half in Half for row in unpruned[half]}
    got = {name: value for name, value in got.items() if not name.endswith(" average")}
    accuracies = [unpruned["id"][half]["accuracy"] for half in Half]
    known = [figures(truth) for truth in truths]
    if span is not None:
        low, high = (figures(scores) for scores in span)
        if all(high[name] - NEAR <= value <= low[name] + NEAR for name, value in got.items()):
            return "right", str(got)
    for truth in known:
        others = [value for value in got.values() if all(abs(value - v) > NEAR for v in truth.values())]
        if not others and accuracies == [1.0, 1.0]:
            return "right", str(got)
    return "wrong", f"got {got}, accuracies {accuracies}, where numpy has {known}"


def _run(place: Path, key: str, arguments: list[str]) -> tuple[Outcome | None, str]:
    """Run a command; return the outcome that stopped it, or its output."""
    os.environ["OPNP_EXPERIMENTS"] = str(place / f"{key}.toml")
    os.chdir(place)
    result = CliRunner().invoke(
        app, [*arguments, "--json", "--device", "cpu", "--cache", str(place / "cache")]
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return ("traceback", "".join(traceback.format_exception(result.exception))), ""
    if "Traceback" in result.output or str(place) in result.output:
        return ("traceback", result.output), ""
    if result.exit_code:
        error = json.loads(result.stdout)["error"]
        return ("refused" if _SENTENCE.match(error) else "traceback", error), ""
    return None, result.stdout
