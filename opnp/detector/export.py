"""Export a detector as one graph that needs nothing of this package: ONNX, or a program of torch.export."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from opnp._utils.foreign_code import clause, foreign
from opnp.detector import archive
from opnp.detector.detector import Detector
from opnp.detector.manifest import CLASS_THRESHOLDS
from opnp.detector.preprocessing import preprocessing_of
from opnp.detector.reference import KEY
from opnp.errors import InvalidDataError, MissingDataError, UnsupportedModelError

OPSET = 18
"""The lowest that torch's exporter writes without converting, read by onnxruntime from 1.14 on."""
TOLERANCE = 1e-4
"""Of logits and scores, relative to the largest logit where that is above 1."""
LARGEST = 2_000_000_000
"""Bytes of weights that one ONNX file can hold; its format ends at 2 GiB."""
_PACKAGES = ("onnx", "onnxscript", "onnxruntime")
INPUT, OUTPUTS = "image", ("logits", "score", "is_ood")
P_VALUE = "p_value"
"""The output that a detector with an ID reference has besides."""


class DetectorGraph(nn.Module):
    """Module from transformed images to logits (N, C), energy scores (N,), verdicts and p-values (N,)."""

    weight: torch.Tensor
    bias: torch.Tensor
    threshold: torch.Tensor
    reference: torch.Tensor

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.backbone: nn.Module = detector.classifier.to(torch.device("cpu")).backbone
        self.register_buffer("weight", detector.weight)
        self.register_buffer("bias", detector.bias)
        own = detector.class_thresholds
        self.by_class = own is not None
        self.register_buffer("threshold", torch.tensor(detector.threshold if own is None else own))
        self.outputs = OUTPUTS if detector.reference is None else (*OUTPUTS, P_VALUE)
        self.size = 0 if detector.reference is None else len(detector.reference.scores)
        if detector.reference is not None:
            self.register_buffer("reference", _padded(detector.reference.scores))
        self.eval()

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return logits, scores, verdicts and, with a reference, p-values of a batch (N, ...)."""
        logits = functional.linear(self.backbone(image.clone()).float(), self.weight, self.bias)  # (N, C)
        score = torch.logsumexp(logits, dim=1)
        threshold = self.threshold[logits.argmax(dim=1)] if self.by_class else self.threshold
        judged = logits, score, ~(score >= threshold)  # a NaN is not accepted
        return judged if self.size == 0 else (*judged, self.p_values(score))

    def p_values(self, score: torch.Tensor) -> torch.Tensor:
        """Return conformal p-values (N,) float32, by bisection: ONNX has no search in a sorted array."""
        count = torch.zeros_like(score, dtype=torch.int64)
        step = (len(self.reference) + 1) // 2
        while step:
            at_most = self.reference[count + step - 1] <= score
            count, step = count + step * at_most, step // 2
        return (1 + count.clamp(max=self.size)).float() / (1 + self.size)


def _padded(reference: torch.Tensor) -> torch.Tensor:
    """Return sorted scores with as many infinite ones behind them as a bisection of whole steps needs."""
    length = 2 ** len(reference).bit_length() - 1
    return functional.pad(reference, (0, length - len(reference)), value=torch.inf)


def export_program(detector: Detector, path: Path | str) -> None:
    """Write a program of torch.export, for `torch.export.load`, with a batch of any size.

    Load such a file only if you made it: torch unpickles parts of it. The ONNX graph has no such risk.

    Raises:
        UnsupportedModelError: If torch.export cannot follow the model.
        InvalidSettingError: If the disk refuses.
    """
    with _explained("torch.export"):
        program = torch.export.export(
            DetectorGraph(detector), (detector.examples,), dynamic_shapes=({0: torch.export.Dim("batch")},)
        )
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial.pt2")
    try:
        with _explained("torch.export"):
            torch.export.save(program, partial)
        archive.write(path, partial.read_bytes())
    finally:
        partial.unlink(missing_ok=True)


def require_onnx() -> None:
    """Check that what an ONNX export needs is installed and can be imported, before any work is done for it.

    Raises:
        MissingDataError: If one of the packages is not installed, or does not import.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingDataError(
            f"Expected {', '.join(missing)} to be installed for an ONNX export. "
            "Install it: pip install 'opnp[export]'."
        )
    for name in _PACKAGES:
        with foreign(
            f"{name} to be imported", "Install it anew: pip install 'opnp[export]'.", kind=MissingDataError
        ):
            import_module(name)


def export_onnx(detector: Detector, path: Path | str) -> float:
    """Write one ONNX graph, with a batch of any size, and compare it with the detector on its real images.

    Args:
        detector: The detector.
        path: Where to write; nothing is written where the numbers do not agree.

    Returns:
        The largest absolute difference of a logit or score between onnxruntime and this package, on the
        probe images together and one by one.

    Raises:
        MissingDataError: If onnx, onnxscript or onnxruntime is not installed.
        UnsupportedModelError: If the model cannot be exported, or is too large for one file.
        InvalidDataError: If a class or verdict differs, or a number by more than `TOLERANCE`.
        InvalidSettingError: If the disk refuses.
    """
    require_onnx()
    graph = DetectorGraph(detector)
    _require_small(graph)
    with _explained("the ONNX exporter"), sdpa_kernel(SDPBackend.MATH):  # it stumbles over the CPU's own one
        exported = torch.onnx.export(
            graph,
            (detector.examples,),
            input_names=[INPUT],
            output_names=list(graph.outputs),
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if exported is None:
        raise UnsupportedModelError("Expected the ONNX exporter to give a graph but it gave none.")
    model = exported.model_proto
    for key, value in _metadata(detector).items():
        model.metadata_props.add(key=key, value=value if isinstance(value, str) else json.dumps(value))
    data: bytes = model.SerializeToString()
    difference = _compare(graph, data, detector.examples)
    archive.write(Path(path), data)
    return difference


def _metadata(detector: Detector) -> dict[str, object]:
    """Return the metadata of the graph."""
    keys = ("threshold", "score", "classes", "experiment", "title", "date", "transform", "pruning")
    metadata = {key: detector.manifest.values[key] for key in keys}
    metadata |= {
        key: detector.manifest.values[key]
        for key in ("promise", CLASS_THRESHOLDS)
        if key in detector.manifest.values
    }
    if detector.reference is not None:
        metadata[KEY] = detector.reference.entry()
    preprocessing = preprocessing_of(detector.classifier.transform, detector.probes.pictures)
    return metadata if preprocessing is None else metadata | {"preprocessing": preprocessing.plain()}


def _require_small(graph: DetectorGraph) -> None:
    size = sum(tensor.nbytes for tensor in (*graph.parameters(), *graph.buffers()))
    if size > LARGEST:
        raise UnsupportedModelError(
            f"Expected the model's weights to fit into one ONNX file, {LARGEST / 1e9:g} GB at most, but they "
            f"have {size / 1e9:.3g} GB. Use the detector's zip, which leaves the backbone out."
        )


def _compare(graph: DetectorGraph, data: bytes, images: torch.Tensor) -> float:
    """Return the largest difference of a number, after a look at classes, verdicts and p-values."""
    import onnxruntime  # type: ignore[import-untyped]

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    largest = 0.0
    for batch in (images, *images[:, None]):
        with torch.no_grad():
            logits, score, verdict = (tensor.numpy() for tensor in graph(batch)[: len(OUTPUTS)])
        other_logits, other_score, other_verdict, *p_value = session.run(
            list(graph.outputs), {INPUT: batch.numpy()}
        )
        own = [graph.p_values(torch.from_numpy(other_score)).numpy() for _ in p_value]
        same = np.array_equal(logits.argmax(1), other_logits.argmax(1)) and np.array_equal(own, p_value)
        differences = np.abs(logits - other_logits).max(), np.abs(score - other_score).max()
        allowed = TOLERANCE * max(1.0, float(np.abs(logits).max()))
        if not (same and np.array_equal(verdict, other_verdict) and max(differences) <= allowed):
            raise InvalidDataError(
                "Expected onnxruntime to agree with the detector on its probe images but they differ by "
                f"{max(differences):.2g}. Nothing was written; try another version of onnxruntime."
            )
        largest = max(largest, *map(float, differences))
    return largest


@contextmanager
def _explained(tool: str) -> Iterator[None]:
    """Quieten an exporter, and turn whatever it raises into one sentence."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        raise UnsupportedModelError(
            f"Expected {tool} to follow the model but {clause(error)}. Models whose "
            "forward pass depends on the values of an image cannot be exported; use the detector's zip."
        ) from error
