"""Source `huggingface` of images: a data set of the Hugging Face Hub, or files that `datasets` reads."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from opnp._utils.foreign_code import RAISED, foreign
from opnp.data.image_set import LabelledImages, Labels, Missing, content_identity, require_present
from opnp.errors import MissingDataError
from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.files import files_identity
from opnp.experiments.sources.huggingface.columns import (
    RowImages,
    as_bytes,
    image_column,
    label_column,
    labels_of,
)
from opnp.experiments.sources.huggingface.data_files import DataFiles, lacking_shards
from opnp.experiments.sources.huggingface.hub import (
    cached_snapshot,
    download,
    is_repository,
    missing_packages,
    quiet,
)
from opnp.experiments.sources.table_location import Place, named

_PACKAGES = ("datasets", "huggingface_hub")
_FILES = (".parquet", ".tar", ".arrow")
_PATTERN = "*?["
_CARD = ("README.md", ".huggingface.yaml", "dataset_infos.json")


@dataclass(frozen=True)
class HuggingFaceImages(ImageSource):
    """A table with `source = "huggingface"`.

    Attributes:
        path: Name of a data set on the hub, a folder, or files: one, a list, a pattern (`train-*.parquet`).
        config: Which of the data sets in one repository.
        split: train, test ...; not needed where there is only one.
        revision: Branch, tag or commit of the repository.
        image_column: The one of type Image if not given.
        label_column: The one of type ClassLabel if not given, else one called label.
    """

    path: str | tuple[str, ...]
    config: str = ""
    split: str = ""
    revision: str = ""
    image_column: str = ""
    label_column: str = ""

    def open(self, place: Place) -> LabelledImages:
        """Open the images, with the labels where the set needs them."""
        require_present(self.missing(place))
        files = self._files(place)
        dataset = self._dataset(place)
        column = image_column(dataset.features, self.image_column, place, files.shown)
        labels = self.labels(place) if place.labelled else None
        values = None if labels is None else labels.values
        roots = (*([files.root] if files.paths[0].is_dir() else []), *_extracted())
        return RowImages(as_bytes(dataset, column), column, values, roots)

    def identity(self, place: Place) -> str:
        """Return the identity by the commit of a repository, or by the files' names, sizes and times."""
        words = ["huggingface", str(place.labelled), self.config, self.split]
        words += [self.image_column, self.label_column]
        files = self._files(place)
        if self._repository(place):
            return content_identity(*words, str(self.path), files.root.name)
        return files_identity(_all_files(files), files.root, *words)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the packages, or the files, that are not here; no image is opened."""
        absent = missing_packages(_PACKAGES)
        if absent:
            return absent
        self._require_plain_split(place)
        repository = self._repository(place)
        try:
            files = self._files(place)
        except MissingDataError as error:
            return (Missing(str(error), place.command if repository else place.remedy(_PUT)),)
        if not repository:
            return ()
        lacking = lacking_shards(path.relative_to(files.root).as_posix() for path in _all_files(files))
        if not lacking and self._is_there(files):
            return ()
        what = f"Expected the whole of {files.shown} in Hugging Face's cache but a part of it is not there."
        return (Missing(what, place.command),)

    def labels(self, place: Place) -> Labels | None:
        """Return the labels in the data set's own column; None for a set that needs none and has none."""
        require_present(self.missing(place))
        dataset, files = self._dataset(place), self._files(place)
        column = label_column(dataset.features, self.label_column, place, files.shown)
        if not column:
            return None
        with foreign(f"the column {column!r} of {files.shown} to hold whole numbers or names"):
            return labels_of(dataset, column)

    def fetch(self, place: Place) -> None:
        """Download the files of the split from the hub."""
        repository = self._repository(place)
        if not repository or missing_packages(_PACKAGES) or not self.missing(place):
            return
        import datasets

        remedy = "Check its name, `config`, `split` and the network; a private one wants `hf auth login`."
        with quiet("datasets", "huggingface_hub"), foreign(f"to find {repository} on huggingface.co", remedy):
            builder = datasets.load_dataset_builder(
                repository, name=self.config or None, revision=self.revision or None
            )
        of_splits = builder.config.data_files or {}
        wanted = replace(DataFiles((Path(),), repository), split=self.split).chosen(of_splits)
        inside = [_inside(str(file)) for file in of_splits[wanted]]
        download(repository, self.revision, "dataset", [*_CARD, *inside])

    def _files(self, place: Place) -> DataFiles:
        """Return where the data lies.

        Raises:
            MissingDataError: If it is not there.
        """
        repository = self._repository(place)
        if repository:
            folder = cached_snapshot(repository, self.revision, "dataset", _CARD)
            if folder is None:
                raise MissingDataError(
                    f"Expected the data set {repository} in Hugging Face's cache, or a folder of that name "
                    f"beside {place.file.name}, but neither is there."
                )
            return DataFiles((folder,), repository, self.config, self.split)
        paths: list[Path] = []
        for path in self._written():
            found = _matching(path, place)
            if not found:
                raise MissingDataError(
                    f"Expected {named(path)} beside {place.file.name} or in the data folder (OPNP_DATA) but "
                    "it is not there."
                )
            paths += found
        if len(paths) > 1 and any(path.is_dir() for path in paths):
            raise place.wrong("path", "one folder, or files", "several folders", "Name one of them.")
        return DataFiles(tuple(paths), named(self._written()[0]), self.config, self.split)

    def _repository(self, place: Place) -> str:
        """Return the name on the hub, or nothing for files of one's own."""
        if not self._written():
            raise place.wrong("path", "a name on the hub, a folder or files", "an empty list", "Fill it.")
        first = self._written()[0]
        alone = len(self._written()) == 1 and is_repository(first) and not first.endswith(_FILES)
        is_hub = alone and not place.resolve(first).exists()
        if self.revision and not is_hub:
            raise place.wrong("revision", "left out", repr(self.revision), "It is for names on the hub.")
        return first if is_hub else ""

    def _written(self) -> tuple[str, ...]:
        return (self.path,) if isinstance(self.path, str) else self.path

    def _require_plain_split(self, place: Place) -> None:
        if any(sign in self.split for sign in "[+%"):
            raise place.wrong("split", "one name", repr(self.split), "Take a part with `subset`.")

    def _is_there(self, files: DataFiles) -> bool:
        """Return whether the files of the split are among those in the cache."""
        try:
            with quiet("datasets"):
                files.chosen(files.builder().config.data_files or ())
        except RAISED:
            return False
        return True

    def _dataset(self, place: Place) -> Any:  # noqa: ANN401
        return _opened(self._files(place), self.identity(place))


_PUT = "Put it there, mend the path, or write a name on the hub as `owner/name`."


@lru_cache(maxsize=8)
def _opened(files: DataFiles, _identity: str) -> Any:  # noqa: ANN401
    """Open a data set, once for each state of its files."""
    return files.opened()


def _matching(path: str, place: Place) -> list[Path]:
    """Return the file or folder of a path, or the files that a pattern matches, sorted."""
    if not any(sign in path for sign in _PATTERN):
        resolved = place.resolve(path)
        return [resolved] if resolved.exists() else []
    folder, _, pattern = path.rpartition("/")
    return sorted(place.resolve(folder or ".").glob(pattern))


def _all_files(files: DataFiles) -> list[Path]:
    if not files.paths[0].is_dir():
        return list(files.paths)
    return sorted(path for path in files.root.rglob("*") if path.is_file())


def _inside(address: str) -> str:
    """Return the path of a file in its repository.

    Example:
        >>> _inside("hf://datasets/owner/name@0a1b/data/train-00000-of-00001.parquet")
        'data/train-00000-of-00001.parquet'
    """
    return address.partition("@")[2].partition("/")[2]


def _extracted() -> tuple[Path, ...]:
    """Return the folder that `datasets` unpacks archives of images into."""
    import datasets

    return (Path(datasets.config.EXTRACTED_DATASETS_PATH), Path(datasets.config.DOWNLOADED_DATASETS_PATH))
