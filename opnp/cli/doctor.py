"""`doctor`: what this machine has for opnp, and what is not in order.

It runs where other commands cannot: without torch, or with a version that is too old.
"""

from collections.abc import Iterator
from dataclasses import asdict

import typer
from rich import box, filesize
from rich.table import Table
from rich.text import Text

from opnp.cli import _console
from opnp.reports.machine import Machine, look
from opnp.reports.packages import Extra, Package


def doctor(*, as_json: _console.AsJson = False) -> None:
    """Say what this machine has: versions, devices, cache, experiments, and what is not in order.

    The exit code is 1 while something that is needed is not.
    """
    with _console.exit_codes(as_json=as_json):
        found = look()
    if as_json:
        _console.print_json({"ok": not found.problems, **asdict(found)})
    else:
        stdout = _console.stdout()
        for part in _parts(found):
            stdout.print(Text(part) if isinstance(part, str) else part, soft_wrap=isinstance(part, str))
    raise typer.Exit(_console.Exit.FAILED if found.problems else 0)


def _parts(found: Machine) -> Iterator[str | Table]:
    place = f"commit {found.commit}" if found.commit else "no clone"
    yield f"opnp {found.opnp} in {found.folder} ({place})"
    yield f"Python {found.python}, {found.platform}"
    yield _packages_table(found.required)
    yield from ("Optional:", *map(_extra_line, found.extras)) if found.extras else ()
    for number, device in enumerate(found.devices):
        half = "half precision in the backbone" if device.half_precision else "float32"
        yield f"{'' if number else chr(10)}Device {device.name}: {device.what}; {half}"
    yield from _torchvision_lines(found.torchvision_stand_in)
    yield from _cache_lines(found)
    yield from _experiment_lines(found)
    yield "\nAll that is needed is in order." if not found.problems else "\nNot in order:"
    yield from (f"  {problem}" for problem in found.problems)


def _packages_table(packages: tuple[Package, ...]) -> Table:
    table = Table("Package", "Installed", "Needed", "", box=box.SIMPLE_HEAD)
    for one in packages:
        table.add_row(one.name, one.installed or "", one.needed, "" if one.state == "ok" else one.state)
    return table


def _extra_line(extra: Extra) -> str:
    lacking = [one for one in extra.packages if one.state != "ok"]
    there = ", ".join(f"{one.name} {one.installed}" for one in extra.packages)
    lacks = ", ".join(f"{one.name}{one.needed}" for one in lacking)
    state = f'without {lacks}: pip install "opnp[{extra.name}]"' if lacking else there
    return f"  {extra.name} ({extra.brings or 'more'}): {state}"


def _torchvision_lines(stand_in: bool | None) -> Iterator[str]:
    if stand_in is None:
        return
    yield (
        "torchvision: imported with stand-ins for two operators, since its compiled ones do not load beside "
        "this torch; models, transforms and data sets need none"
        if stand_in
        else "torchvision: imported as it is"
    )


def _cache_lines(found: Machine) -> Iterator[str]:
    cache = found.cache
    if cache is not None:
        size, limit, free = map(filesize.decimal, (cache.size_bytes, cache.limit_bytes, cache.free_bytes))
        state = "writable" if cache.writable else "not writable"
        yield f"\nCache: {cache.folder}, {state}; {size} of at most {limit}, {free} free on its disk"
    if found.data_folder is not None:
        yield f"Data folder (OPNP_DATA): {found.data_folder}"
    if found.experiment_files:
        yield f"OPNP_EXPERIMENTS: {', '.join(found.experiment_files)}"


def _experiment_lines(found: Machine) -> Iterator[str]:
    if found.experiments:
        yield "\nExperiments:"
    for one in found.experiments:
        if one.problem is not None:
            state = "its file cannot be used, see below"
        elif one.missing:
            usable = "usable, but" if one.ready else "not usable yet:"
            state = f"{usable} something is missing (`python -m opnp experiments {one.key}` says what)"
        else:
            state = "all here"
        yield f"  {one.key}: {state}"
