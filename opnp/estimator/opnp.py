"""`OPNP`: prune a model's last layer by sensitivity, and tell out-of-distribution images from its scores."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import torch
from torch import nn

from opnp.comparison.fit_data import MOST
from opnp.comparison.recipe import DEFAULT_SCORE, Recipe
from opnp.config import OPEN, NeuronDefinition, RankScope, windows_text
from opnp.devices import CPU, placed
from opnp.estimator.batches import batches, peek
from opnp.estimator.experiment_files import write_experiment
from opnp.estimator.fitted import Fitted
from opnp.estimator.fitting import Pass, collected, run_pass
from opnp.estimator.judge import Ready
from opnp.estimator.learned import Learned
from opnp.estimator.params import changed
from opnp.estimator.running import EXAMPLES, device_of, features_in_parts, plain, split_in_place
from opnp.estimator.state import read_file
from opnp.estimator.verdicts import Verdicts
from opnp.estimator.window_search import Loader, WindowSearch, named_sets, search_windows
from opnp.features.types import Features
from opnp.scoring.head_output import HeadOutput
from opnp.search.coarse_to_fine import SearchSpace
from opnp.search.trial import MAX_ACCURACY_LOSS
from opnp.threshold.accept_id import CONFIDENCE
from opnp.threshold.rules import AcceptId


class OPNP(Learned):
    """Out-of-distribution detector of any torch classifier whose logits come from one last linear layer.

    `fit` measures on ID training images how sensitive the energy E(x) = -logsumexp(f(x)) is to each weight
    and neuron of the last layer; those outside of the windows are set to zero in a copy of that layer. The
    model itself stays as it is. Windows, scope and methods may be set again at any time; nothing but the
    threshold has to be computed anew.

    A loader is any iterable of image tensors, of (images, labels), or of mappings with `pixel_values`; wrap
    it in `tqdm` to see it move. Results lie on the device of the images.

    Args:
        model: Any module that maps images (N, ...) to logits (N, C), or to an object with `.logits`.
        weights: (low, high) in percent of rank; weights outside of it are pruned. By default none is: what
            helps differs between models, so look (`search`, or the dashboard).
        neurons: Likewise for the pre-logit neurons, whose column a pruned one sets to zero.
        scope: Among which weights a weight is ranked, "global" or "per class".
        neuron_definition: Sensitivity of a neuron, "activation" or "weights".
        features: Rectifier of the features before the last layer, such as "react" or "ash-s".
        sparsifier: "dice", on the pruned layer.
        score: Such as "energy", "msp" (as log-odds), "gen", "vim", "knn"; `opnp.methods.SCORES` lists them.
        parameters: Of the methods where not their paper's, such as {"react.percentile": 95}.
        class_names: C names in the order of the logits, for `to_experiment`.
        keep_features: Whether `fit` and `search` keep what they extract, for `to_experiment`. Else only those
            of up to 50 000 ID training images are kept, and only if a method needs them.

    Raises:
        InvalidSettingError: If a window, a name or a parameter is not allowed.

    Reference:
        Chen et al., Optimal Parameter and Neuron Pruning for OOD Detection, NeurIPS 2023.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> model = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))
        >>> loader = torch.utils.data.DataLoader(torch.randn(100, 1, 4, 4), batch_size=32)
        >>> detector = OPNP(model, weights=(0, 90)).fit(loader).calibrate(loader, accept=0.9)
        >>> detector.head_.pruned_weights  # the 10 % of 24 that are most sensitive
        2
        >>> detector.predict(torch.randn(2, 1, 4, 4)).scores.shape
        torch.Size([2])
    """

    def __init__(
        self,
        model: nn.Module,
        weights: tuple[float, float] = OPEN,
        neurons: tuple[float, float] = OPEN,
        *,
        scope: RankScope | str = RankScope.GLOBAL,
        neuron_definition: NeuronDefinition | str = NeuronDefinition.ACTIVATION,
        features: str | None = None,
        sparsifier: str | None = None,
        score: str = DEFAULT_SCORE,
        parameters: Mapping[str, float] | None = None,
        class_names: Iterable[str] | None = None,
        keep_features: bool = False,
    ) -> None:
        given = {
            "weights": weights,
            "neurons": neurons,
            "scope": scope,
            "neuron_definition": neuron_definition,
            "features": features,
            "sparsifier": sparsifier,
            "score": score,
            "parameters": parameters,
        }
        recipe = changed(Recipe(), given)
        super().__init__(model, recipe, class_names, keep_features=keep_features)
        self._searched: tuple[Pass, Features, dict[str, Features]] | None = None

    def fit(self, id_loader: Loader) -> Self:
        """Measure sensitivities on ID training images, in one pass, on the model's device.

        The model is split before its last linear layer, proven on the first images; it comes back as it was.

        Raises:
            UnsupportedModelError: If its logits do not come from one linear layer.
            InvalidDataError: If the loader gives no images, the model raises, or a feature is not finite.
        """
        keep = None if self.keep_features else MOST if self._judge.needs_training else 0
        example, source = peek(batches(id_loader), EXAMPLES)
        classifier = split_in_place(self.model, example, self.class_names)
        with plain(classifier.weight.device):
            seen = run_pass(classifier, source, keep=keep)
        self._judge.take(Fitted(classifier, example.to(CPU), seen))
        return self

    def score(self, images: object) -> torch.Tensor:
        """Return (N,) scores; higher is more in-distribution.

        Args:
            images: A tensor (N, ...) or a mapping with one, whose scores come on its own device; or a loader
                of either, whose scores come on the CPU.

        Raises:
            NotFittedError: Before `fit`.
            InvalidDataError: If the images do not suit the model, or a score is not finite.
        """
        return self._judged(self._judge.ready(), images).scores

    def judge_features(self, features: torch.Tensor) -> HeadOutput:
        """Return scores (higher is more in-distribution), confidences and classes of (N, D) features."""
        return self._judge.ready()(features)

    def extract_features(self, images: object) -> torch.Tensor:
        """Return (N, D) float32 features that enter the last layer, of images as `score` takes them."""
        return self._each(images, lambda features: features)

    def logits(self, images: object) -> torch.Tensor:
        """Return (N, C) logits of the pruned layer, of images as `score` takes them."""
        return self._each(images, self._judge.ready().logits)

    def calibrate(
        self, id_loader: object, *, accept: float = 0.95, confidence: float | None = CONFIDENCE
    ) -> Self:
        """Set the threshold that accepts at least a share of ID images.

        Use images that the model was not trained on, of which it is surer, and that chose no windows.

        Args:
            id_loader: ID images like those to come.
            accept: That share, in (0, 1].
            confidence: With which it is promised of images to come, in (0, 1). None takes the share of these
                images as measured: of images to come it accepts less about half of the time.

        Raises:
            InvalidSettingError: If a number is outside its range.
            InvalidDataError: If so few images cannot promise it; the message says how many can.
        """
        rule, ready = AcceptId(accept, confidence), self._judge.ready()
        self._judge.calibrate(ready.recipe, self._judged(ready, id_loader).scores, rule)
        return self

    def predict(self, images: object) -> Verdicts:
        """Return class, confidence, score and verdict of each image, on the device of the images.

        Raises:
            NotFittedError: Before `calibrate`, or after windows or methods were set anew.
        """
        ready = self._judge.ready()
        threshold, output = self._judge.threshold_of(ready.recipe), self._judged(ready, images)
        is_ood = output.scores < threshold
        return Verdicts(is_ood, output.predicted, output.confidence, output.scores, threshold)

    def search(
        self,
        id_loader: Loader,
        ood_loaders: Mapping[str, Loader] | Sequence[Loader] | None = None,
        *,
        space: SearchSpace | str = SearchSpace.BOTH,
        max_accuracy_loss: float = MAX_ACCURACY_LOSS,
        progress: Callable[[float], object] | None = None,
    ) -> WindowSearch:
        """Find and set the windows of the lowest FPR95 that cost at most so much ID accuracy.

        It is the dashboard's search: by the energy, over both scopes and both definitions, on the tune half
        of each OOD set; the other halves tell what the choice is worth. Without OOD sets it prunes nothing:
        no choice on ID features alone is known that is never worse. Rectifier, sparsifier and score stay.

        Args:
            id_loader: (images, labels) that the model was not trained on.
            ood_loaders: By name, or a list.
            space: What may be pruned, "weights", "neurons" or "both".
            max_accuracy_loss: A fraction.
            progress: Told which share of the windows is done.

        Raises:
            NotFittedError: Before `fit`.
            InvalidDataError: If an ID image has no label, or an OOD set has fewer than two images.
        """
        fitted = self._judge.require_fitted()
        id_test = self._collected(id_loader)
        ood = {key: self._collected(loader) for key, loader in named_sets(ood_loaders).items()}
        found = search_windows(
            fitted, id_test, ood, space, max_accuracy_loss=max_accuracy_loss, progress=progress
        )
        self._searched = (fitted.seen, id_test, ood) if self.keep_features else None
        self._judge.recipe = replace(self._judge.recipe, pruning=found.pruning)
        return found

    def to_experiment(
        self,
        path: Path | str,
        *,
        id_loader: Loader | None = None,
        ood_loaders: Mapping[str, Loader] | Sequence[Loader] | None = None,
    ) -> Path:
        """Write an experiment of features alone, for the dashboard and the command line.

        Args:
            path: The .npz; a TOML file of the same name goes beside it.
            id_loader: ID test images with labels; those of `search` if not given.
            ood_loaders: OOD images; those of `search` if not given.

        Returns:
            The TOML file, for `streamlit run app/main.py -- --experiment`.

        Raises:
            InvalidDataError: If features that it needs were not kept.
        """
        fitted = self._judge.require_fitted()
        id_test: Features | None = None
        ood: dict[str, Features] = {}
        if self._searched is not None and self._searched[0] is fitted.seen:  # not those of another fit
            _, id_test, ood = self._searched
        if id_loader is not None:
            id_test = self._collected(id_loader)
        if ood_loaders is not None:
            ood = {key: self._collected(loader) for key, loader in named_sets(ood_loaders).items()}
        known = fitted.seen.known if self.keep_features else None
        windows = windows_text(self._judge.recipe.pruning)
        return write_experiment(Path(path), fitted.classifier, windows, known, id_test, ood)

    @classmethod
    def load(cls, path: Path | str, model: nn.Module) -> Self:
        """Read what `save` wrote, for the same model.

        Raises:
            MissingDataError: If there is no such file; else as `load_state_dict`.
        """
        return cls(model).load_state_dict(read_file(Path(path)))

    def _parts(self, images: object) -> Iterator[torch.Tensor]:
        fitted = self._judge.require_fitted()
        return features_in_parts(fitted.classifier, images, fitted.example.ndim)

    def _each(self, images: object, of: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        return torch.cat([of(part.to(CPU)) for part in self._parts(images)]).to(device_of(images))

    def _judged(self, ready: Ready, images: object) -> HeadOutput:
        outputs = [ready(part.to(CPU)).fields for part in self._parts(images)]
        device = device_of(images)
        return HeadOutput(*(placed(torch.cat(field), device) for field in zip(*outputs, strict=True)))

    def _collected(self, loader: Loader) -> Features:
        with plain(self.classifier_.weight.device):
            return collected(self.classifier_, batches(loader))
