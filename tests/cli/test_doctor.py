"""`doctor`: in order, not in order, and where libraries are missing."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opnp.cli.app import app

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
ROOT = Path(__file__).parents[2]
WITHOUT = """
import sys
gone = sys.argv.pop(1)
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == gone:
            raise ModuleNotFoundError(f"No module named {gone!r}", name=gone)
sys.meta_path.insert(0, Without())
from opnp.__main__ import main
main()
"""


@pytest.fixture(autouse=True)
def _plain(monkeypatch, tmp_path):
    monkeypatch.undo()  # the toy experiments of this folder
    monkeypatch.delenv("OPNP_EXPERIMENTS", raising=False)
    for name in ("OPNP_CACHE", "OPNP_DATA"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("COLUMNS", "200")


def run(*words):
    return CliRunner().invoke(app, ["doctor", *words])


def without(package, *words):
    command = [sys.executable, "-c", WITHOUT, package, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_all_in_order(said):
    result = run()
    assert result.exit_code == 0, result.output
    for words in (
        "torch ",
        ">=2.10",
        "Device cpu: the CPU, ",
        "torchvision: imported",
        "OPNP_CACHE, writable",
    ):
        assert words in result.stdout
    assert "fashion: all here" in result.stdout
    assert result.stdout.endswith("All that is needed is in order.\n")
    found = said(run("--json"))
    assert (found["ok"], found["problems"]) == (True, [])


def test_not_in_order(said, monkeypatch, tmp_path):
    (tmp_path / "torn.toml").write_text("[experiment")
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(tmp_path))
    result = run()
    assert result.exit_code == 1
    assert "torn: its file cannot be used, see below" in result.stdout
    assert "Not in order:\n  Expected torn.toml to be a TOML file" in result.stdout
    assert said(run("--json"), code=1)["ok"] is False


def test_it_says_what_is_missing_where_nothing_else_runs():
    done = without("torch", "doctor")
    assert done.returncode == 1, done.stderr
    assert "No module named 'torch'" in done.stdout
    assert "scikit-learn" in done.stdout
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(("package", "command"), [("torch", "experiments"), ("typer", "doctor")])
def test_what_cannot_run_ends_in_a_sentence(package, command):
    done = without(package, command)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"cannot be imported: No module named '{package}'" in done.stderr
    assert ("doctor` says" in done.stderr) == (command != "doctor")
    assert "Traceback" not in done.stderr
