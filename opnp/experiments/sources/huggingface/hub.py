"""Repositories of the Hugging Face Hub: what of them is in its cache on this machine, and the download.

Nothing here asks the network but `download`.
"""

import importlib.util
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from opnp._utils.foreign_code import foreign
from opnp.data.image_set import Missing

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_REMEDY = "Check its name, its revision and the network; a private or gated one wants `hf auth login` first."


def missing_packages(names: Iterable[str]) -> tuple[Missing, ...]:
    """Describe the packages of Hugging Face that are not installed."""
    absent = [name for name in names if importlib.util.find_spec(name) is None]
    if not absent:
        return ()
    what = f"Expected the package {absent[0]} but it is not installed."
    return (Missing(what, "Run `pip install 'opnp[huggingface]'`."),)


def is_repository(name: str) -> bool:
    """Return whether a name may be that of a repository on the hub, `owner/name`.

    Example:
        >>> is_repository("google/vit-base-patch16-224"), is_repository("vit"), is_repository("a/b/c")
        (True, False, False)
    """
    return _NAME.fullmatch(name) is not None and ".." not in name and "--" not in name


def cached_snapshot(name: str, revision: str, kind: str, patterns: Sequence[str]) -> Path | None:
    """Return the folder of a repository's files in the hub's cache; None where they are not there.

    Args:
        name: Of the repository.
        revision: A branch, a tag or a commit; `main` if empty.
        kind: `model` or `dataset`.
        patterns: Of the names of files that have to be there, as far as the repository has such.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            name,
            repo_type=kind,
            revision=revision or None,
            allow_patterns=list(patterns),
            local_files_only=True,
        )
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None
    return Path(folder)


def cached_refs(name: str) -> list[Path]:
    """Return the files of the hub's cache that hold the present commits of a repository's branches."""
    if not is_repository(name) or importlib.util.find_spec("huggingface_hub") is None:
        return []
    from huggingface_hub import constants

    folders = (f"{kind}--{name.replace('/', '--')}" for kind in ("models", "datasets"))
    return [ref for folder in folders for ref in Path(constants.HF_HUB_CACHE, folder, "refs").glob("*")]


def download(name: str, revision: str, kind: str, patterns: Sequence[str]) -> None:
    """Download the files of a repository whose names match into the hub's cache.

    Raises:
        InvalidDataError: If the hub does not give them.
    """
    from huggingface_hub import snapshot_download

    with quiet("huggingface_hub"), foreign(f"to download {name} from huggingface.co", _REMEDY):
        snapshot_download(name, repo_type=kind, revision=revision or None, allow_patterns=list(patterns))


@contextmanager
def quiet(*names: str) -> Iterator[None]:
    """Keep the warnings of libraries out of the terminal while the block runs; their errors are raised."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
