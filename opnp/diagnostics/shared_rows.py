"""Detection of identical rows of features, bit for bit, in two sets: training in test, ID in OOD."""

import numpy as np
import numpy.typing as npt

from opnp.data.image_set import FeatureSet, ImageSet
from opnp.diagnostics.duplicates import MOST_BYTES, standing
from opnp.errors import OpnpError
from opnp.experiments.experiment import Experiment


def shared_rows(experiment: Experiment) -> tuple[str, ...]:
    """Return sentences on rows of ID test that are in ID training, and on OOD rows that are in either.

    Rows of one number alone, as of dead neurons, are not compared; nor is a set that takes what is read
    beyond `MOST_BYTES`.
    """
    rows: dict[str, npt.NDArray[np.void]] = {}
    sentences: list[str] = []
    left = MOST_BYTES
    for later, images in enumerate(experiment.sets):
        features = _features(images)
        if features is None or features.nbytes > left:
            continue
        left -= features.nbytes
        rows[images.key] = later_rows = _varied(features)
        for first in experiment.sets[: min(later, 2)]:
            first_rows = rows.get(first.key)
            if first_rows is None or first_rows.dtype != later_rows.dtype:
                continue
            count = int(np.isin(later_rows, first_rows).sum())
            if count:
                sentences.append(f"{standing('row', count, images.title, first.title)}, to the last bit.")
    return tuple(sentences)


def _features(images: ImageSet) -> npt.NDArray[np.float32] | None:
    if not isinstance(images, FeatureSet) or images.missing():
        return None
    try:
        return images.features()[0].numpy()
    except OpnpError:
        return None


def _varied(features: npt.NDArray[np.float32]) -> npt.NDArray[np.void]:
    """Return (N,) rows as single items, without those of one repeated number."""
    varied = features[(features != features[:, :1]).any(axis=1)]
    return np.ascontiguousarray(varied).view(np.dtype((np.void, 4 * features.shape[1])))[:, 0]
