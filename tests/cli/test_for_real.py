"""The embedded experiment from another folder, as a person would: `python -m opnp`, in its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import opnp

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
ROOT = Path(opnp.__file__).parents[1]


def opnp_says(tmp_path, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPNP_CACHE": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-m", "opnp", *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_the_embedded_experiment_from_end_to_end(tmp_path):
    """One process computes everything, the next finds it."""
    picture = ROOT / "opnp" / "experiments" / "builtin" / "assets" / "mnist.png"
    windows = ["--neurons", "30", "100", "--device", "cpu", "--json"]
    scored = opnp_says(tmp_path, "score", "fashion", str(picture), *windows)
    assert scored.returncode == 0, scored.stderr
    [line] = map(json.loads, scored.stdout.splitlines())
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}

    evaluated = opnp_says(tmp_path, "evaluate", "fashion", *windows)
    assert evaluated.returncode == 0, evaluated.stderr
    said = json.loads(evaluated.stdout)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")} == kept
    for head in ("unpruned", "pruned"):
        assert said[head]["id"]["report"]["accuracy"] > 0.9
        assert [row["set"] for row in said[head]["report"]] == [
            *("mnist", "letters", "patches", "textures", "noise", "average"),
        ]
        assert line[head]["threshold"] == pytest.approx(said[head]["id"]["tune"]["threshold"], rel=1e-5)
