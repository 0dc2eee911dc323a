"""Detection of a file's kind by its first bytes, whatever its suffix; words for those without weights."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

_READ = 1024
_SHOWN = 40
_HEADER_MOST = 100_000_000


@dataclass(frozen=True)
class Kind:
    """Kind of a file.

    Attributes:
        name: In one word.
        what: In words, for "... but it is".
        remedy: What a person who wants weights from it does; `{file}` stands for its name.
    """

    name: str
    what: str = ""
    remedy: str = ""


SAFETENSORS = Kind("safetensors", "a safetensors file", "Name it under the key that takes weights.")
TORCH = Kind("torch", "a file of torch.save", "Save its arrays with numpy.savez or safetensors.")
NPZ = Kind(
    "npz",
    "an archive of numpy arrays (.npz)",
    'For features and the last layer use `source = "features"`; weights are saved with torch.save.',
)
UNKNOWN = Kind(
    "unknown", "a file of a kind that is not known here", "Save `model.state_dict()` with torch.save."
)
CUT = Kind("cut", "cut off, as by a download that was stopped", "Copy or download it again.")
_LINE = "Run once: python -c \"import torch; torch.save(dict({code}), 'weights.pth')\", and use weights.pth."
_SCRIPT = Kind(
    "TorchScript",
    "a TorchScript archive (torch.jit.save): a program with its weights",
    _LINE.format(code="torch.jit.load('{file}').state_dict()"),
)
_PROGRAM = Kind(
    "program",
    "a program of torch.export with its weights",
    _LINE.format(code="torch.export.load('{file}').state_dict"),
)
_EXPORT_WEIGHTS = 'Export the last layer and the features with numpy.savez for `source = "features"`.'
_UNPACK = "Unpack it and name the file inside."

_HEADS = (
    (b"version https://git-lfs", Kind("pointer", "a Git LFS pointer, not the file", "Run `git lfs pull`.")),
    (b"\x89HDF\r\n\x1a\n", Kind("HDF5", "an HDF5 file, as Keras saves (.h5)", _EXPORT_WEIGHTS)),
    (b"\x93NUMPY", Kind("npy", "one numpy array (.npy)", "Save all arrays under their names: numpy.savez.")),
    (b"\x1f\x8b", Kind("gzip", "compressed (gzip)", _UNPACK)),
    (b"BZh", Kind("bzip2", "compressed (bzip2)", _UNPACK)),
    (b"\xfd7zXZ", Kind("xz", "compressed (xz)", _UNPACK)),
    (b"7z\xbc\xaf", Kind("7z", "compressed (7z)", _UNPACK)),
    (b"Rar!", Kind("rar", "compressed (rar)", _UNPACK)),
    (b"GGUF", Kind("GGUF", "a GGUF file of a language model", "Save `model.state_dict()` with torch.save.")),
)
_PAGE = Kind(
    "page",
    "a web page, as a download that wants a log-in leaves behind",
    "Open its address in a browser and download the file itself.",
)
_ONNX = Kind("ONNX", "an ONNX graph", "Save `model.state_dict()` of the model that it was made from.")
_KERAS = Kind("Keras", "a Keras model", _EXPORT_WEIGHTS)
_TAR = Kind("tar", "a tar archive", f"{_UNPACK} What torch below 0.4 saved has to be saved again with it.")
_ZIP = Kind("zip", "a zip archive of other things", _UNPACK)


def kind_of(path: Path) -> Kind:
    """Return the kind of a file from its first bytes, and of a zip its table.

    Raises:
        OSError: If it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_READ)
    if not head:
        return Kind("empty", "empty (0 bytes)", CUT.remedy)
    if head.startswith(b"PK"):
        return _zipped(path)
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        return TORCH
    if len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < _HEADER_MOST:
        return SAFETENSORS if 8 + int.from_bytes(head[:8], "little") <= size else CUT
    for start, kind in _HEADS:
        if head.startswith(start):
            return kind
    if head[257:262] == b"ustar":
        return _TAR
    if head[:1] == b"\x08" and (b"pytorch" in head[:64] or b"onnx" in head[:64].lower()):
        return _ONNX
    return _text(head)


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return CUT
    last = {name.rpartition("/")[2] for name in names}
    if "constants.pkl" in last:
        return _SCRIPT
    if any(name in last for name in ("archive_format", "serialized_exported_program.json")):
        return _PROGRAM
    if "data.pkl" in last:
        return TORCH
    if "model.weights.h5" in last:
        return _KERAS
    return NPZ if names and all(name.endswith(".npy") for name in names) else _ZIP


def _text(head: bytes) -> Kind:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return _PAGE
    try:
        line = head[:200].decode("ascii").strip()
    except UnicodeDecodeError:
        return UNKNOWN
    if not line.isprintable() and not all(letter.isprintable() or letter.isspace() for letter in line):
        return UNKNOWN
    shown = " ".join(line.split())[:_SHOWN]
    return Kind("text", f"text that begins with {shown!r}", "Name the file of the weights itself.")
