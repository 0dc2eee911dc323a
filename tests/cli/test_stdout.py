"""Stdout is ours alone: whatever a factory, a model or C code prints goes to stderr."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import NET_FILE, write_world

import opnp
from opnp.cli import _stdout

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
ROOT = Path(opnp.__file__).parents[1]
PRINTING = """
import atexit
import ctypes
import logging
import os
import subprocess
import sys

WAYS = ("print", "write", "os", "log", "C", "child", "dunder", "exit")
kept = sys.stdout
logging.getLogger("mine").addHandler(logging.StreamHandler(sys.stdout))


def shout(where):
    print(f"print {where}")
    sys.stdout.write(f"write {where}")
    os.write(1, f"os {where}".encode())
    logging.getLogger("mine").warning(f"log {where}")
    print(f"dunder {where}", file=sys.__stdout__)
    ctypes.CDLL(None).printf(f"C {where}".encode())
    subprocess.run(["echo", f"child {where}"])


shout("import")
atexit.register(lambda: print("exit import"))
"""
WAYS = ("print", "write", "os", "log", "C", "child", "dunder")


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "PYTHONUNBUFFERED": ""}
OURS = """
import sys
from opnp.cli import _stdout

with _stdout.reserved():
    import loud
    for number in range(int(sys.argv[1])):
        _stdout.results().write(f"ours {number}\\n")
    loud.shout("again")
sys.stdout.write("ours at last\\n")
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_world(folder)
    net = PRINTING + NET_FILE.replace(
        "        return self.fc", '        shout("forward")\n        return self.fc'
    )
    (folder / "net.py").write_text(net.replace("    return Net()", '    shout("factory")\n    return Net()'))
    return folder


def test_json_is_all_that_a_command_prints(world):
    places = {"OPNP_CACHE": str(world / "cache"), "OPNP_EXPERIMENTS": str(world / "pth.toml")}
    line = [sys.executable, "-m", "opnp", "evaluate", "pth", "--json", "--device", "cpu"]
    done = subprocess.run(line, cwd=world, env={**ENVIRONMENT, **places}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    for way in WAYS:
        for where in ("import", "factory", "forward"):
            assert f"{way} {where}" in done.stderr
    assert "exit import" in done.stderr


@pytest.fixture
def ours(tmp_path):
    """Run OURS beside a module that prints in all ways, in its own process, with this of the shell."""
    (tmp_path / "loud.py").write_text(PRINTING)

    def run(count, redirection=""):
        line = [
            "bash",
            "-o",
            "pipefail",
            "-c",
            f'"$@" {redirection}',
            "sh",
            sys.executable,
            "-c",
            OURS,
            str(count),
        ]
        return subprocess.run(line, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True)

    return run


def test_results_stay_in_order_and_alone(ours):
    done = ours(3)
    assert done.stdout == "ours 0\nours 1\nours 2\nours at last\n"
    assert [
        way for way in WAYS if f"{way} import" not in done.stderr or f"{way} again" not in done.stderr
    ] == []
    assert "exit import" in done.stderr


def test_a_reader_that_leaves_gets_no_trace_of_foreign_prints(ours):
    done = ours(100_000, "| head -2")
    assert done.stdout == "ours 0\nours 1\n"
    assert "ours" not in done.stderr.replace("_stdout", "")


def test_without_stderr_results_come_and_the_rest_goes_nowhere(ours):
    assert ours(2, "2>&-").stdout == "ours 0\nours 1\nours at last\n"


def test_without_stdout_nothing_is_written_anywhere_else(ours):
    done = ours(2, ">&-")
    assert "ours 0" not in done.stdout + done.stderr


def test_what_was_there_is_restored_where_stdout_is_no_file(capsys):
    before = sys.stdout
    with _stdout.reserved(), _stdout.reserved():
        print("foreign")  # noqa: T201 - as foreign code does
        _stdout.results().write("ours\n")
    assert sys.stdout is before
    sys.stdout.write("afterwards\n")
    assert capsys.readouterr() == ("ours\nafterwards\n", "foreign\n")
