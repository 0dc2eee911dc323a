"""Files that a torchvision data set reads, with torchvision's own checksums, where it lists them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from opnp._utils.torchvision import import_torchvision

Files = list[tuple[Path, str | None]]


def known_files(kind: Any, root: Path, arguments: dict[str, Any]) -> Files | None:  # noqa: ANN401
    """Return paths and MD5 sums (None where torchvision has none) of the files that a split reads.

    None for the classes that keep thousands of image files, or list nothing.
    """
    datasets = import_torchvision().datasets
    if issubclass(kind, datasets.CIFAR10):
        listed = kind.train_list if arguments["train"] else kind.test_list
        meta = (kind.meta["filename"], kind.meta["md5"])
        return [(root / kind.base_folder / name, md5) for name, md5 in (*listed, meta)]
    if kind is datasets.SVHN and arguments.get("split") in kind.split_list:
        _, name, md5 = kind.split_list[arguments["split"]][:3]
        return [(root / name, md5)]
    if issubclass(kind, datasets.MNIST) and kind is not datasets.QMNIST:
        starts = ["train", "t10k"]  # it asks for both, whichever it reads
        if kind is datasets.EMNIST:
            starts = [f"emnist-{arguments['split']}-{'train' if arguments['train'] else 'test'}"]
        raw, parts = root / kind.__name__ / "raw", ("images-idx3-ubyte", "labels-idx1-ubyte")
        return [(raw / f"{start}-{part}", None) for start in starts for part in parts]
    return None


def wrong_files(files: Files) -> list[Path]:
    """Return the files that are missing or do not have their checksum."""
    return [path for path, md5 in files if not _is_whole(path, md5)]


def _is_whole(path: Path, md5: str | None) -> bool:
    try:
        stat = path.stat()
    except OSError:
        return False
    return _has_sum(path, stat.st_size, stat.st_mtime_ns, md5) if md5 else stat.st_size > 0


@lru_cache(maxsize=256)
def _has_sum(path: Path, _size: int, _changed: int, md5: str) -> bool:
    """Verify a checksum with torchvision's own check, once for each state of the file."""
    utils = import_torchvision().datasets.utils
    return bool(utils.check_integrity(str(path), md5))
