"""Seconds of processor time of a process and its children, and of all others, as Linux counts them."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Return the seconds that a process, the children it has and those it had have used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / _TICKS  # utime, stime, cutime, cstime
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [child for task in tasks for child in (task / "children").read_text().split()]
    return own + sum(processor_seconds(int(child)) for child in children)


def seconds_of_others() -> float:
    """Return the seconds that all but this process and its children have used so far."""
    user, nice, system, _idle, _waiting, *interrupts = Path("/proc/stat").read_text().split()[1:8]
    busy = sum(map(int, (user, nice, system, *interrupts))) / _TICKS
    return busy - processor_seconds(os.getpid())
