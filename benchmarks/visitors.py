"""Measure the server's memory while visitors bring files, after they have left, and after many came and went.

python -m benchmarks.visitors

Real sessions over sockets, on a server of its own with the usual cache. Uploads go to the sessions' own
addresses, as a hostile visitor would send them: fifteen files of 30 MB at once, three visitors in a row who
do the same, then 25 visitors with three files each. Resident memory in MB; the bars are 150 MB a visitor,
600 MB in all, and after the last one has left 10 % above where it began.
"""

import os
import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.server.bounds import MEGABYTE
from app.server.visits import PATIENCE
from benchmarks._timing import print_table
from recipes.serving import dashboard
from recipes.visiting import Visitor, visitor

FILE = os.urandom(30 * MEGABYTE)
GONE = PATIENCE + 12
"""Seconds after which what a visitor left is freed."""


def main() -> None:
    """Print one row an event."""
    with tempfile.TemporaryDirectory() as folder, dashboard(Path(folder) / "log.txt") as address:
        rows = []

        def note(what: str) -> None:
            rows.append([what, f"{_resident() / MEGABYTE:,.0f} MB"])
            print("  ".join(rows[-1]), flush=True)

        with visitor(address) as first:
            first.draw("images")
            note("one visitor, everything loaded")
            statuses = _bring(first, 15)
            note(f"fifteen files of 30 MB to one session ({statuses})")
        time.sleep(GONE)
        note("gone")
        for number in range(3):
            with visitor(address) as session:
                session.draw("images")
                _bring(session, 15)
            note(f"hostile visitor {number + 1} of three in a row")
        time.sleep(GONE)
        note("gone")
        for number in range(25):
            with visitor(address) as session:
                session.draw("images")
                for _ in range(3):
                    session.upload(FILE[: 5 * MEGABYTE])
            if number % 8 == 0:
                note(f"visitor {number + 1} of 25, three files of 5 MB each")
        time.sleep(GONE)
        note("gone")
        print_table(["after", "resident"], rows)


def _bring(session: Visitor, count: int) -> str:
    """Upload files at once, as a browser does with many; return the statuses that came back, counted."""
    with ThreadPoolExecutor(count) as pool:
        statuses = [status for status, _ in pool.map(session.upload, [FILE] * count)]
    return ", ".join(f"{statuses.count(status)} x {status}" for status in sorted(set(statuses)))


def _resident() -> float:
    """Return the resident bytes of the server, the only child of this process, as Linux counts them."""
    (server,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    (line,) = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{server}/status").read_text())
    return 1024 * float(line)


if __name__ == "__main__":
    main()
