"""A detector on the experiment that it was made from: its settings, and its figures beside fresh ones."""

from dataclasses import dataclass

from opnp.config import Pruning
from opnp.detector.archive import refused
from opnp.detector.detector import Detector
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.evaluation import Half
from opnp.explorer import Explorer
from opnp.rescore import rescore
from opnp.threshold.outcome import Proportion, outcome
from opnp.threshold.rules import Rule, rule_described
from opnp.threshold.sample import sample_of


@dataclass(frozen=True)
class Figure:
    """One share, as the file says it and as it is now.

    Attributes:
        name: "ID accepted", the key of an OOD set or "accuracy on accepted".
        filed: In the manifest.
        fresh: With the detector's head and threshold on this machine's held-out halves.
    """

    name: str
    filed: Proportion
    fresh: Proportion


@dataclass(frozen=True)
class Reopened:
    """What a detector was made with.

    Attributes:
        pruning: The windows.
        rule: How its threshold was chosen.
        ood: Keys of the OOD sets it was chosen with.
        figures: Filed and fresh.
    """

    pruning: Pruning
    rule: Rule
    ood: tuple[str, ...]
    figures: tuple[Figure, ...]


def reopen(detector: Detector, explorer: Explorer) -> Reopened:
    """Read a detector's settings and compute its figures again.

    Args:
        detector: From a file.
        explorer: The prepared experiment that it names.

    Returns:
        Settings and figures.

    Raises:
        InvalidDataError: If the manifest does not fit the experiment.
        InvalidSettingError: If its windows or its rule are none.
    """
    said, prepared = detector.manifest.said, explorer.prepared
    if detector.manifest.experiment != prepared.experiment.key:
        raise InvalidSettingError(
            f"Expected a detector of {prepared.experiment.key!r} but got one of "
            f"{detector.manifest.experiment!r}. Choose that experiment first."
        )
    ood = said["ood"]
    if not all(isinstance(key, str) and key in prepared.ood for key in ood):
        raise InvalidDataError("Expected the detector's OOD sets to be this experiment's but one is not.")
    try:
        pruning = Pruning(**{name: value for name, value in said["pruning"].items() if name != "kind"})
        metrics = said["metrics"]
        filed = {"ID accepted": _filed(metrics["id_accepted"])}
        filed |= {key: _filed(metrics["ood_accepted"][key]) for key in ood}
        filed["accuracy on accepted"] = _filed(metrics["accuracy_accepted"])
    except (KeyError, TypeError):
        raise refused("its manifest lacks windows or figures") from None
    weight, bias = detector.weight, detector.bias
    rows = {key: rescore(prepared.ood[key].features, weight, bias) for key in ood}
    id_test = rescore(prepared.id_test.features, weight, bias)
    sample = sample_of(id_test, prepared.id_test.labels.numpy(), rows, Half.REPORT)
    now = outcome(detector.threshold, sample)
    fresh = (now.id_accepted, *now.ood_accepted.values(), now.accuracy_accepted)
    figures = tuple(Figure(name, old, new) for (name, old), new in zip(filed.items(), fresh, strict=True))
    return Reopened(pruning, rule_described(said["rule"]), tuple(ood), figures)


def _filed(said: dict[str, int]) -> Proportion:
    hits, count = said["hits"], said["count"]
    if not (isinstance(hits, int) and isinstance(count, int) and 0 <= hits <= count):
        raise refused("a count in its manifest is none")
    return Proportion(hits, count)
