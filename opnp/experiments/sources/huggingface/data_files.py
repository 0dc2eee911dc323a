"""Data sets of Hugging Face's `datasets` from files on this machine; no script and no pickle is opened."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opnp._utils.foreign_code import foreign
from opnp.errors import InvalidDataError
from opnp.experiments.sources.huggingface.hub import quiet

_BY_SUFFIX = {".parquet": "parquet", ".tar": "webdataset", ".arrow": "arrow"}
_BUILDERS = {"ImageFolder", "Parquet", "WebDataset", "Arrow"}
_READERS = "datasets.packaged_modules."
_SAVED, _SAVED_SPLITS = "state.json", "dataset_dict.json"
_SHARD = re.compile(r"(.*)-(\d+)-of-(\d+)(\.[\w.]+)")
_CARD, _APART = "README.md", ".huggingface.yaml"
_REMEDY = "Check the files and `split`; the log has the whole trace."


@dataclass(frozen=True)
class DataFiles:
    """Files of a data set.

    Attributes:
        paths: One folder, or files of one kind.
        shown: Their name for people.
        config: Of several data sets in one folder, which.
        split: train, test ...; may be empty where there is only one.
    """

    paths: tuple[Path, ...]
    shown: str
    config: str = ""
    split: str = ""

    @property
    def root(self) -> Path:
        """Folder that the data lies in."""
        return self.paths[0] if self.paths[0].is_dir() else self.paths[0].parent

    def opened(self) -> Any:  # noqa: ANN401 - a Dataset of a package without types
        """Open the data set; its images stay bytes.

        Raises:
            InvalidDataError: If `datasets` cannot read it, it has no such split or wants a script.
        """
        import datasets

        datasets.disable_progress_bars()
        with quiet("datasets"), foreign(f"`datasets` to open {self.shown}", _REMEDY):
            if (self.root / _SAVED).is_file() or (self.root / _SAVED_SPLITS).is_file():
                held = datasets.load_from_disk(str(self.root))
                return held[self.chosen(held)] if isinstance(held, datasets.DatasetDict) else held
            builder = self.builder()
            split = self.chosen(builder.config.data_files or ())
            written = (builder.info.splits or {}).get(split)
            expected = written.num_examples if written is not None else None
            builder.download_and_prepare(verification_mode="no_checks")
            opened = builder.as_dataset(split=split)
        if expected is not None and expected != len(opened):
            raise InvalidDataError(
                f"Expected the {expected:,} images that {self.shown} says it has but got {len(opened):,}. "
                "Get the rest of its files."
            )
        return opened

    def builder(self) -> Any:  # noqa: ANN401
        """Return what reads the files, for images alone.

        Raises:
            InvalidDataError: If they are of another kind, or its card points to files elsewhere.
        """
        import datasets

        if self.paths[0].is_dir():
            builder = datasets.load_dataset_builder(
                str(self.root), name=self.config or None, **self._of_split()
            )
        else:
            files = {self.split or "train": [str(path) for path in self.paths]}
            builder = datasets.load_dataset_builder(kind_of_files(self.paths, self.shown), data_files=files)
        kinds = [base.__name__ for base in type(builder).__mro__ if base.__module__.startswith(_READERS)]
        if not _BUILDERS & set(kinds):
            raise InvalidDataError(
                f"Expected {self.shown} to hold images in Parquet, Arrow, WebDataset tars or folders but got "
                f"what `datasets` calls {kinds[0]}. Save them with `save_to_disk` or `to_parquet`."
            )
        return builder

    def chosen(self, splits: Iterable[str]) -> str:
        """Return the split that is meant.

        Raises:
            InvalidDataError: If there is none of that name, or several and none is named.
        """
        names = list(map(str, splits))
        if self.split in names or (not self.split and len(names) == 1):
            return self.split or names[0]
        got = f"no {self.split!r}" if self.split else "none in the table"
        raise InvalidDataError(
            f"Expected `split` to be one of those of {self.shown}, {', '.join(map(repr, names))}, but got "
            f"{got}. Set it."
        )

    def _configs(self) -> list[dict[str, Any]]:
        """Return the data sets that the folder's card lists.

        Raises:
            InvalidDataError: If one has its files on the network, before anybody asks for them.
        """
        import yaml
        from huggingface_hub import metadata_load

        card, apart = self.root / _CARD, self.root / _APART
        held = (metadata_load(card) or {}) if card.is_file() else {}
        held |= (yaml.safe_load(apart.read_bytes()) or {}) if apart.is_file() else {}
        configs = [config for config in held.get("configs") or [] if isinstance(config, dict)]
        if "://" in str(configs):
            raise InvalidDataError(
                f"Expected {self.shown} to hold its files itself but its card names addresses on the net. "
                "Get the files, and name them as `path`."
            )
        return configs

    def _of_split(self) -> dict[str, Any]:
        """Return the split's own files by the card, as an option: those of other splits may be absent."""
        configs = self._configs()
        if self.config:
            meant = [config for config in configs if config.get("config_name") == self.config]
        else:
            meant = [config for config in configs if config.get("default")] or configs[:1]
        files = meant[0].get("data_files") if meant else None
        for part in files if isinstance(files, list) else ():
            if isinstance(part, dict) and part.get("split") == self.split:
                return {"data_files": {self.split: part["path"]}}
        return {}


def kind_of_files(paths: Sequence[Path], shown: str) -> str:
    """Return the reader for files of one kind, by their suffix.

    Raises:
        InvalidDataError: If they are of several kinds, or of another.

    Example:
        >>> kind_of_files([Path("a.parquet"), Path("b.parquet")], "`*.parquet`")
        'parquet'
    """
    kinds = {path.suffix.lower() for path in paths}
    if len(kinds) == 1 and kinds <= set(_BY_SUFFIX):
        return _BY_SUFFIX[kinds.pop()]
    raise InvalidDataError(
        f"Expected {shown} to be Parquet, Arrow or tar files, all of one kind, but got "
        f"{', '.join(sorted(kind or 'no suffix' for kind in kinds))}. Name others, or a folder."
    )


def lacking_shards(names: Iterable[str]) -> list[str]:
    """Return the first shards that are missing, by what the names of the others say.

    Example:
        >>> lacking_shards(["a/train-00000-of-00002.parquet", "README.md"])
        ['a/train-00001-of-00002.parquet']
    """
    there: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name in names:
        match = _SHARD.fullmatch(name)
        if match is not None:
            there[match[1], match[3], match[4]].append(match[2])
    missing = []
    for (stem, count, suffix), numbers in there.items():
        if len(set(numbers)) < int(count):
            width = len(numbers[0])
            taken = set(map(int, numbers))
            first = next(number for number in range(int(count) + 1) if number not in taken)
            missing.append(f"{stem}-{first:0{width}}-of-{count}{suffix}")
    return missing
