"""Read and write a zip of one JSON manifest and one safetensors file: whole or not at all, without trust.

Nothing is ever unpacked to disk, and no byte of it is run: two members of known names are read into memory,
up to a limit that holds whatever the zip declares.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError
from opnp.store import files

MANIFEST = "manifest.json"
TENSORS = "tensors.safetensors"
LIMITS = {MANIFEST: 4_000_000, TENSORS: 1_000_000_000}
"""Bytes of each member that are still read."""
_FREE, _MOST_DENSE = 64_000_000, 100
"""Bytes of tensors that may unpack from nothing; beyond them no head of numbers is packed as densely."""
_MOST_HEADER = 1_000_000
_DAMAGED = f"{TENSORS!r} is damaged or declares shapes that its bytes do not fill"
_TENSOR = re.compile(r"head\.(weight|bias)|reference\.(scores|predicted)|probe\.(logits|[0-9]{1,2})")
_DATE = (1980, 1, 1, 0, 0, 0)


def pack(manifest: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Return the bytes of a zip; the same for the same content."""
    text = json.dumps(manifest, indent=1, allow_nan=False, ensure_ascii=False)
    members = {MANIFEST: text.encode(), TENSORS: save({name: t.contiguous() for name, t in tensors.items()})}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        InvalidSettingError: If the disk refuses.
    """
    try:
        with files.whole(path) as fd:
            files.write_all(fd, data)
    except OSError as error:
        raise InvalidSettingError(
            f"Expected {path.name!r} to be a place that can be written but the disk says "
            f"“{error.strerror}”. Choose another."
        ) from None


def read(path: Path) -> bytes:
    """Return the bytes of a file, if they are not too many.

    Raises:
        MissingDataError: If there is no such file.
        InvalidDataError: If it is empty or too large.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= sum(LIMITS.values()) else b""
    except OSError as error:
        raise MissingDataError(
            f"Expected {path.name or str(path)!r} to be a detector but it cannot be opened: {error.strerror}."
        ) from None
    if not data:
        raise refused(f"it has {size:,} bytes")
    return data


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Return the manifest and the tensors in a zip.

    Raises:
        InvalidDataError: If it is no such zip, damaged or hostile; the message says how.
    """
    members = _members(data)
    return _manifest(members[MANIFEST]), _tensors(members[TENSORS])


def refused(reason: str) -> InvalidDataError:
    """Return an error that says why a file is not taken for a detector."""
    return InvalidDataError(
        f"Expected a detector as `Detector.save` writes it but {reason}. Save it again, and take detectors "
        "only from where you trust."
    )


def _members(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_known([member.filename for member in archive.infolist()])
            return {member.filename: _member(archive, member) for member in archive.infolist()}
    except InvalidDataError:
        raise
    except Exception:  # noqa: BLE001 - on hostile bytes zipfile raises errors of any type
        raise refused("the file is no zip, or is damaged") from None


def _require_known(names: list[str]) -> None:
    if sorted(names) != sorted(LIMITS):
        unknown = next((name for name in names if name not in LIMITS), None)
        content = f"a member called {unknown[:80]!r}" if unknown else f"{len(names)} members"
        raise refused(f"the file holds {content} where only {MANIFEST!r} and {TENSORS!r} belong")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    limit = LIMITS[member.filename]
    with archive.open(member) as stream:
        begin = _header(stream, member.compress_size) if member.filename == TENSORS else b""
        content = begin + stream.read(limit + 1 - len(begin))
    if len(content) > limit:
        raise refused(f"{member.filename!r} unpacks to more than {limit / 1e6:g} MB")
    return content


def _header(stream: IO[bytes], packed: int) -> bytes:
    """Read the beginning of the tensors, which names and sizes them; what does not belong is not unpacked."""
    start = stream.read(8)
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > _MOST_HEADER:
        raise refused(_DAMAGED)
    header = stream.read(length)
    try:
        entries = {name: entry for name, entry in json.loads(header).items() if name != "__metadata__"}
        size = max((int(entry["data_offsets"][1]) for entry in entries.values()), default=0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise refused(_DAMAGED) from None
    unknown = next((name for name in entries if not _TENSOR.fullmatch(name)), None)
    if unknown is not None:
        raise refused(f"{TENSORS!r} holds one called {unknown[:80]!r}, which is no part of a detector")
    if size > LIMITS[TENSORS]:
        raise refused(_DAMAGED)
    if size > max(_FREE, _MOST_DENSE * packed):
        raise refused(f"{TENSORS!r} unpacks to {size / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB")
    return start + header


def _manifest(content: bytes) -> dict[str, Any]:
    def no_number(word: str) -> float:
        raise ValueError(word)

    try:
        manifest = json.loads(content, parse_constant=no_number)
    except (ValueError, RecursionError):
        raise refused(f"{MANIFEST!r} is not JSON") from None
    if not isinstance(manifest, dict):
        raise refused(f"{MANIFEST!r} is no table")
    return manifest


def _tensors(content: bytes) -> dict[str, torch.Tensor]:
    try:
        return load(content)
    except (SafetensorError, KeyError, ValueError, RuntimeError, OverflowError):
        raise refused(_DAMAGED) from None
