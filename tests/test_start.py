"""The ways to start that the README names, beside `make run`."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def answers(port: int, process: subprocess.Popen) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as reply:
                return reply.read() == b"ok"
        except OSError:  # refused, reset or slow
            time.sleep(0.2)
    return False


@pytest.mark.parametrize("elsewhere", [False, True])
def test_streamlit_run_works_from_any_folder(elsewhere, tmp_path):
    port = free_port()
    command = [BIN / "streamlit", "run", ROOT / "app" / "main.py", "--server.port", str(port)]
    started = start([*command, "--server.headless", "true"], tmp_path if elsewhere else ROOT)
    try:
        assert answers(port, started)
    finally:
        stop(started)


def test_honcho_start_runs_the_procfile_on_the_given_port(tmp_path):
    port = free_port()
    started = start([BIN / "honcho", "start"], ROOT, PORT=str(port), OPNP_CACHE=str(tmp_path))
    try:
        assert answers(port, started)
    finally:
        stop(started)


def test_the_library_itself_imports_nothing_but_python():
    script = "import sys; before = set(sys.modules); import opnp; print(*set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert imported - {"opnp"} <= sys.stdlib_module_names


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command, folder: Path, **environment: str) -> subprocess.Popen:
    path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **path, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def stop(process: subprocess.Popen) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)
