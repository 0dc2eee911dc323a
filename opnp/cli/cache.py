"""`cache`: list, verify and remove what is kept on disk."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich import filesize
from rich.table import Table

from opnp.cli import _console, _options
from opnp.errors import InvalidSettingError
from opnp.features.library import Extraction, InvalidItem, all_items, library_in, mend, remove
from opnp.features.progress import duration
from opnp.store import Store
from opnp.store.settings import default_directory, default_limit

_SHORT = 12

app = typer.Typer(help="What is kept on disk.", no_args_is_help=True)


@dataclass(frozen=True)
class Item:
    """An item in the cache, of the store or an extraction."""

    digest: str
    kind: str
    what: str
    size_bytes: int
    age_seconds: float


@app.command("list")
def list_items(*, cache: _options.Cache = None, as_json: _console.AsJson = False) -> None:
    """List everything, with sizes and ages (since it was last read or written)."""
    with _console.exit_codes(as_json=as_json):
        items = sorted(_items(cache), key=lambda item: item.age_seconds)
    if as_json:
        _console.print_json({"items": [vars(item) for item in items]})
        return
    table = Table("Id", "Kind", "What", "Size", "Age")
    for item in items:
        age = duration(item.age_seconds)
        table.add_row(item.digest[:_SHORT], item.kind, item.what, filesize.decimal(item.size_bytes), age)
    _console.stdout().print(table if items else "Nothing is kept yet.")


@app.command()
def info(*, cache: _options.Cache = None, as_json: _console.AsJson = False) -> None:
    """Say where the cache is, how large it is and how large it may grow."""
    with _console.exit_codes(as_json=as_json):
        sizes: dict[str, int] = {}
        for item in _items(cache):
            sizes[item.kind] = sizes.get(item.kind, 0) + item.size_bytes
        folder, limit = cache or default_directory(), default_limit()
    if as_json:
        _console.print_json({"folder": str(folder), "limit_bytes": limit, "size_bytes": sizes})
        return
    print_ = _console.stdout().print
    print_(f"Folder: {folder}", soft_wrap=True)
    for kind, size in sorted(sizes.items()):
        print_(f"{kind}: {filesize.decimal(size)}")
    print_(f"All: {filesize.decimal(sum(sizes.values()))}")
    print_(f"Limit: {filesize.decimal(limit)}; above it, what was used least recently goes first")


@app.command()
def verify(*, cache: _options.Cache = None, as_json: _console.AsJson = False) -> None:
    """Compare every byte with its checksum. What is damaged goes and will be computed again."""
    with _console.exit_codes(as_json=as_json):
        with Store(cache) as store:
            report = store.verify()
        damaged = [{"id": bad.digest, "reason": bad.reason, "then": "removed"} for bad in report.damaged]
        ok = len(report.ok)
        for item in all_items(library_in(cache)):
            faults = mend(item)
            ok += not faults
            damaged += [{"id": item.folder.name, **fault._asdict()} for fault in faults]
    if as_json:
        _console.print_json({"ok": ok, "damaged": damaged})
    else:
        _console.stdout().print(f"{ok} whole, {len(damaged)} damaged")
        for bad in damaged:
            _console.stdout().print(f"{bad['id'][:_SHORT]}: {bad['reason']}; {bad['then']}")
    if damaged:
        raise typer.Exit(_console.Exit.FAILED)


@app.command()
def clear(
    *,
    kind: Annotated[str | None, typer.Option(help="Only this kind.", show_default=False)] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="Only this id, or its first digits.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """Remove everything, or one kind, or one item. Extractions that are being read or written stay."""
    with _console.exit_codes(as_json=as_json):
        chosen = [item for item in _items(cache) if _matches(item, kind, id_)]
        if not chosen and (kind or id_):
            raise InvalidSettingError(
                "Expected something of that kind or id in the cache but there is nothing. "
                "`python -m opnp cache list` shows what there is."
            )
        size = sum(item.size_bytes for item in chosen)
        if chosen and not yes:
            typer.confirm(f"Remove {len(chosen)} items of {filesize.decimal(size)}?", abort=True, err=True)
        digests = {item.digest for item in chosen}
        with Store(cache) as store:
            freed = sum(store.clear(digest=digest) for digest in digests)
        for extraction in all_items(library_in(cache)):
            if extraction.folder.name in digests and remove(extraction):
                freed += extraction.size_bytes
        stayed = len(digests & {item.digest for item in _items(cache)})
        removed = len(digests) - stayed
    if as_json:
        _console.print_json({"removed": removed, "stayed": stayed, "freed_bytes": freed})
    else:
        _console.stdout().print(f"Removed {removed} items, {filesize.decimal(freed)}.")
        if stayed:
            _console.stdout().print(f"{stayed} stayed: they are in use, or the cache is read-only.")


def _items(cache: Path | None) -> Iterator[Item]:
    now = time.time()
    with Store(cache) as store:
        for entry in store.entries():
            age = now - entry.last_used
            yield Item(entry.digest, entry.kind, entry.describe, entry.size_bytes, age)
    for item in all_items(library_in(cache)):
        yield Item(item.folder.name, "extraction", _describe(item), item.size_bytes, now - item.last_used)


def _describe(item: Extraction | InvalidItem) -> str:
    if isinstance(item, InvalidItem):
        return f"not to be used: {item.reason}"
    request, manifest = item.manifest.request, item.manifest
    state = f"{sum(manifest.rows):,} images" if manifest.complete else f"part of {request.count:,} images"
    return f"{state}, {request.width} features, {request.format}, model {request.model[:_SHORT]}"


def _matches(item: Item, kind: str | None, digest: str | None) -> bool:
    return (kind is None or item.kind == kind) and (digest is None or item.digest.startswith(digest))
