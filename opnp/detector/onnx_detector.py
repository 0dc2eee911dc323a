"""`GraphDetector`: an ONNX graph that judges images, without its experiment or its model's code."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from opnp.detector.export import INPUT, OUTPUTS, P_VALUE
from opnp.detector.manifest import CLASS_THRESHOLDS, not_thresholds
from opnp.detector.preprocessing import Preprocessing, read_preprocessing
from opnp.detector.reference import KEY
from opnp.errors import InvalidDataError, MissingDataError
from opnp.inference.id_reference import LARGEST
from opnp.inference.predict import Prediction, predictions
from opnp.metrics import FloatArray
from opnp.scoring.head_output import head_output

Input = npt.NDArray[np.float32]
_OF_A_COUNT = 0.01
"""By which a float32 p-value times n + 1 may miss a whole number; rounding stays below 0.002."""


@dataclass(frozen=True)
class GraphDetector:
    """Judge of images, like the `Detector` that was exported. Never changes.

    Attributes:
        session: onnxruntime's, on the CPU.
        class_names: In the order of the logits.
        threshold: Scores below it are out-of-distribution, in classes that have no own one.
        title: What it is a detector of, and since when.
        preprocessing: From a picture to what enters the graph.
        reference_size: Number of ID images behind its p-values; 0 if it has none.
        class_thresholds: That of each class in the order of the logits; None where all share the one.
    """

    session: Any
    class_names: tuple[str, ...]
    threshold: float
    title: str
    preprocessing: Preprocessing
    reference_size: int
    class_thresholds: tuple[float, ...] | None = None

    def prepared(self, image: Image.Image) -> Input:
        """Return a picture as it enters the graph."""
        return self.preprocessing(image)

    def judge(self, inputs: Sequence[Input]) -> list[Prediction]:
        """Judge prepared pictures; neighbours of one shape share a step.

        Raises:
            InvalidDataError: If the graph cannot take them, or a score is not finite.
        """
        return [
            result
            for _, alike in groupby(inputs, key=lambda image: image.shape)
            for result in self._judge_batch(np.stack(list(alike)))
        ]

    @classmethod
    def load(cls, path: Path | str) -> "GraphDetector":
        """Read a graph that `export_onnx` wrote. onnxruntime reads the file: take it from where you trust.

        Raises:
            MissingDataError: If onnxruntime or the file is not there.
            InvalidDataError: If it is no such graph, or does not say how a picture enters it.
        """
        if find_spec("onnxruntime") is None:
            raise MissingDataError(
                "Expected onnxruntime to be installed for an ONNX graph. "
                "Install it: pip install 'opnp[export]'."
            )
        data = _read(Path(path))
        import onnxruntime  # type: ignore[import-untyped]

        try:
            session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        except Exception:  # noqa: BLE001 - onnxruntime raises errors of many types
            raise _refused("onnxruntime cannot read it") from None
        metadata = session.get_modelmeta().custom_metadata_map
        outputs = {*OUTPUTS, P_VALUE} if KEY in metadata else set(OUTPUTS)
        if {node.name for node in session.get_outputs()} != outputs:
            raise _refused("its outputs are others")
        if "preprocessing" not in metadata:
            raise _refused("it does not say how a picture enters it; use the detector's zip")
        try:
            names = tuple(json.loads(metadata["classes"]))
            threshold = float(json.loads(metadata["threshold"]))
            title = f"Detector of {metadata['date'][:10]} for {metadata['title']}"
            preprocessing = read_preprocessing(json.loads(metadata["preprocessing"]))
            size = json.loads(metadata[KEY])["n"] if KEY in metadata else 0
            own = json.loads(metadata[CLASS_THRESHOLDS]) if CLASS_THRESHOLDS in metadata else None
        except (KeyError, TypeError, ValueError, RecursionError):
            raise _refused("what it says of itself is damaged") from None
        if not all(isinstance(name, str) for name in names) or not math.isfinite(threshold):
            raise _refused("its classes or its threshold are none")
        if CLASS_THRESHOLDS in metadata and (reason := not_thresholds(own, len(names))):
            raise _refused(reason)
        if type(size) is not int or not (KEY in metadata) <= size <= LARGEST:
            raise _refused("it says of no ID images what its p-values compare with")
        thresholds = None if own is None else tuple(own)
        return cls(session, names, threshold, title, preprocessing, size, thresholds)

    def _judge_batch(self, batch: Input) -> list[Prediction]:
        wanted = [*OUTPUTS[:2], *([P_VALUE] if self.reference_size else [])]
        try:
            logits, scores, *rest = self.session.run(wanted, {INPUT: batch})
        except Exception:  # noqa: BLE001 - onnxruntime raises errors of many types
            raise _refused("it cannot take a picture that was prepared as it says") from None
        if logits.shape != (len(batch), len(self.class_names)) or not np.isfinite(scores).all():
            raise _refused("its logits do not fit its classes, or a score is not finite")
        output = replace(head_output(torch.from_numpy(logits)), scores=torch.from_numpy(scores))
        thresholds = self.class_thresholds or (self.threshold,) * len(self.class_names)
        return predictions(output, self.class_names, thresholds, self._p_values(rest))

    def _p_values(self, rest: list[Input]) -> FloatArray | None:
        """Return the graph's p-values (N,) in float64: each is a whole number of 1 / (n + 1)."""
        if not rest:
            return None
        parts = self.reference_size + 1
        told = rest[0].astype(np.float64) * parts
        counts = np.rint(told)
        if not bool(np.all((counts >= 1) & (counts <= parts) & (np.abs(told - counts) < _OF_A_COUNT))):
            raise _refused("a p-value is none")
        return np.asarray(counts / parts, np.float64)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MissingDataError(
            f"Expected {path.name!r} to be an ONNX graph but it cannot be opened: {error.strerror}."
        ) from None


def _refused(reason: str) -> InvalidDataError:
    return InvalidDataError(
        f"Expected an ONNX graph as `export_onnx` writes it but {reason}. Export it again."
    )
