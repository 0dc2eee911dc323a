"""`Detector`: a pruned model with a threshold, which judges images and travels as one zip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from opnp._utils.checks import require_finite, require_head
from opnp._utils.foreign_code import unended
from opnp.detector import archive
from opnp.detector.inputs import Images, ImageSource, inputs_of
from opnp.detector.manifest import DetectorManifest
from opnp.detector.probes import Probes, read_probes, verify
from opnp.detector.reference import Reference, read_reference
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.experiments.experiment import Experiment
from opnp.experiments.registry import load_experiment
from opnp.inference.predict import Prediction, extract_features, predictions, preprocess
from opnp.models import Classifier
from opnp.scoring.head_output import rescore

BATCH = 64


@dataclass(frozen=True)
class Detector:
    """Judge of images: their class, and whether they are out-of-distribution. Never changes.

    Attributes:
        classifier: The backbone and its transform; its weight's device is where the backbone runs.
        weight: (C, D) float32 of the pruned head, on the CPU.
        bias: (C,) float32.
        probes: Images that prove the numbers on loading.
        manifest: Threshold or those of the classes, class names and where all of it comes from.
        reference: Scores of ID images that chose nothing; None in a file of before there were any.

    Example:
        >>> from opnp import Detector  # doctest: +SKIP
        >>> Detector.load("detector.zip")("photo.jpg")  # doctest: +SKIP
        Prediction(class_name='Bag', confidence=0.998, score=9.53, is_ood=False, threshold=5.21, p_value=0.43)
    """

    classifier: Classifier
    weight: torch.Tensor
    bias: torch.Tensor
    probes: Probes
    manifest: DetectorManifest
    reference: Reference | None = None

    @cached_property
    def examples(self) -> torch.Tensor:
        """Probe images as they enter the backbone, (n, ...) float32."""
        return self.probes.inputs(self.classifier)

    @property
    def threshold(self) -> float:
        """Score below which an image is out-of-distribution, in classes that have no own one."""
        return self.manifest.threshold

    @property
    def class_thresholds(self) -> tuple[float, ...] | None:
        """That of each class in the order of the logits; None where all share the one."""
        return self.manifest.class_thresholds

    @property
    def reference_size(self) -> int:
        """Number of ID images behind its p-values; 0 if it has none."""
        return 0 if self.reference is None else len(self.reference.scores)

    @property
    def title(self) -> str:
        """Title with its experiment and the day it was made."""
        return self.manifest.title

    @overload
    def __call__(self, images: ImageSource) -> Prediction: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, images: Sequence[Images]) -> list[Prediction]: ...
    @overload
    def __call__(self, images: npt.NDArray[np.uint8] | torch.Tensor) -> Prediction | list[Prediction]: ...

    def __call__(self, images: Images | Sequence[Images]) -> Prediction | list[Prediction]:
        """Judge one image or many.

        Args:
            images: A PIL image, a path, a uint8 array (H, W), (H, W, 3), (N, H, W) or (N, H, W, 3), a
                floating tensor that has been through the model's transform, or a list of those.

        Returns:
            One prediction for one image, a list for a batch or list, in its order.

        Raises:
            InvalidDataError: If it is nothing of that, or a score is not finite.
            MissingDataError: If a file cannot be opened.
            UnreadableImageError: If a file is no image.
        """
        inputs, single = inputs_of(self.classifier, images, tuple(self.examples.shape[1:]))
        results = self.judge(inputs)
        return results[0] if single else results

    def prepared(self, image: Image.Image) -> torch.Tensor:
        """Return a picture as it enters the backbone.

        Raises:
            UnreadableImageError: If the model's transform fails on it.
        """
        return preprocess(self.classifier, image)

    def judge(self, inputs: Sequence[torch.Tensor]) -> list[Prediction]:
        """Judge images that have been through the model's transform."""
        return [
            result
            for start in range(0, len(inputs), BATCH)
            for result in self._judge_batch(inputs[start : start + BATCH])
        ]

    def to(self, device: torch.device | str) -> "Detector":
        """Return a detector whose backbone runs on `device`; this one stays."""
        return replace(self, classifier=self.classifier.to(torch.device(device)))

    def to_bytes(self) -> bytes:
        """Return the zip that `save` writes."""
        head = {"head.weight": self.weight, "head.bias": self.bias}
        known = {} if self.reference is None else self.reference.tensors()
        return archive.pack(self.manifest.values, head | known | self.probes.tensors())

    def save(self, path: Path | str) -> None:
        """Write one zip: a JSON manifest and safetensors; whole or not at all.

        Raises:
            InvalidSettingError: If the disk refuses.
        """
        archive.write(Path(path), self.to_bytes())

    @classmethod
    def load(
        cls,
        path: Path | str,
        *,
        classifier: Classifier | None = None,
        device: torch.device | str = "cpu",
    ) -> "Detector":
        """Read a detector that `save` wrote, and check that it gives the same numbers here.

        Args:
            path: The zip.
            classifier: The model; by default that of the experiment that the manifest names.
            device: Where the backbone runs.

        Returns:
            The detector.

        Raises:
            MissingDataError: If the file, or the experiment's model, is not on this machine.
            InvalidDataError: If the file is damaged, foreign, hostile, of another version, or its probe
                images come out otherwise here.
            InvalidSettingError: If this machine knows no experiment of that name.
        """
        return cls.from_bytes(archive.read(Path(path)), classifier=classifier, device=device)

    @classmethod
    def from_bytes(
        cls, data: bytes, *, classifier: Classifier | None = None, device: torch.device | str = "cpu"
    ) -> "Detector":
        """Read a detector as `load` does, from the bytes of a file."""
        manifest, weight, bias, probes, reference = _parse(*archive.unpack(data))
        model = (classifier or _experiment_of(manifest).classifier()).to(torch.device(device))
        _require_same(model, manifest, weight)
        verify(probes, model, weight, bias)
        return cls(model, weight, bias, probes, manifest, reference)

    def _judge_batch(self, inputs: Sequence[torch.Tensor]) -> list[Prediction]:
        output = rescore(extract_features(self.classifier, inputs), self.weight, self.bias)
        require_finite("scores", output.scores)
        p_values = None if self.reference is None else self.reference.p_values(output.scores)
        return predictions(output, self.manifest.class_names, self.manifest.thresholds, p_values)


def _experiment_of(manifest: DetectorManifest) -> Experiment:
    try:
        return load_experiment(manifest.experiment)
    except InvalidSettingError:
        raise InvalidSettingError(
            f"Expected this machine to know the experiment {manifest.experiment!r}, whose model the detector "
            "uses, but it does not. Name its TOML file in the variable OPNP_EXPERIMENTS, or pass the model "
            "as `classifier`."
        ) from None


def _parse(
    values: dict[str, Any], tensors: dict[str, torch.Tensor]
) -> tuple[DetectorManifest, torch.Tensor, torch.Tensor, Probes, Reference | None]:
    """Return the parts of a file, each as it should be and fitting the others."""
    manifest, probes = DetectorManifest(values), read_probes(tensors)
    weight, bias = (tensors.get(f"head.{name}") for name in ("weight", "bias"))
    if weight is None or bias is None or {weight.dtype, bias.dtype} != {torch.float32}:
        raise archive.refused("its head is missing or not float32")
    try:
        require_head(weight, bias)
    except InvalidDataError as error:
        raise archive.refused(f"its head is damaged ({unended(str(error))})") from None
    classes = len(manifest.class_names)
    if len(weight) != classes or probes.logits.shape[1] != classes:
        raise archive.refused(f"it names {classes} classes and its head has {len(weight)}")
    return manifest, weight, bias, probes, read_reference(values, tensors, manifest.threshold)


def _require_same(model: Classifier, manifest: DetectorManifest, weight: torch.Tensor) -> None:
    same = (model.fingerprint, model.transform_id) == (manifest.values["model"], manifest.values["transform"])
    if not same or model.weight.shape != weight.shape:
        raise InvalidDataError(
            f"Expected the model of experiment {manifest.experiment!r} to be the one that the detector was "
            "made for but its weights or its transform are others. Make the detector again with the present "
            "model, or pass the old one as `classifier`."
        )
