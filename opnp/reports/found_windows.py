"""Report a search for windows: its rule, its result and their figures, for machines and in sentences."""

from collections.abc import Mapping

from opnp.config import UNPRUNED, windows_text
from opnp.evaluation.evaluate import Evaluation
from opnp.reports.metric_table import describe_pruning
from opnp.reports.percent import percent
from opnp.search.find_windows import FoundWindows
from opnp.search.holdout import HeldOutResult
from opnp.search.tuning_set import SEED

RULE = (
    "Windows searched on {tuned}, coarse to fine: of those that cost at most {loss:g} points of ID "
    "accuracy, the one with the lowest average FPR95 on {sets}. Could be pruned: {space}. Tried {tried:,} "
    "windows on {images} that are for choosing. The held-out {parts} were not looked at."
)
SPACES = {"weights": "weights", "neurons": "neurons", "both": "weights, neurons or both"}
NOTHING = "Found no window within that rule that beats the unpruned model."
CHANCE = "no more than chance alone explains"
LUCK = "so part of the gain was luck in choosing"
EASIER = "so the choice did not flatter itself"
LARGER = " Allow a larger loss."


def search_facts(search: FoundWindows) -> dict[str, object]:
    """Return a search for machines: its rule, what it looked at, and what it found. Fractions."""
    held = search.held_out
    return {
        "rule": f"lowest macro FPR95 on {_tuned(held)} within the accuracy loss, coarse to fine",
        "max_accuracy_loss": search.max_accuracy_loss,
        "prune": str(search.space),
        "ood": list(held.tune.sets),
        "tried": search.result.tried,
        "images": search.images,
        "of_images": search.population,
        "sample_seed": SEED,
        "window": windows_text(search.pruning),
        "pruning": describe_pruning(search.pruning),
        "gap": held.gap,
        "gap_within_chance": held.within_chance,
        "tune": _figures(held.tune),
        "held_out": _figures(held.report),
        "held_out_unpruned": _figures(held.unpruned),
        "groups": {name: {"unpruned": before, "pruned": now} for name, (before, now) in held.apart.items()},
        "worse_on": list(held.worse),
    }


def search_lines(search: FoundWindows, titles: Mapping[str, str]) -> list[str]:
    """Return a search in sentences: how windows were chosen, then which and what they are worth.

    Args:
        search: The search.
        titles: Titles of the OOD sets, by key.
    """
    held, images = search.held_out, f"all {search.images:,} images"
    if search.images < search.population:
        images = f"a sample (seed {SEED}) of {search.images:,} of the {search.population:,} images"
    rule = RULE.format(
        tuned=_tuned(held),
        parts="sets and half of ID test" if held.on_other_sets else "halves",
        loss=100 * search.max_accuracy_loss,
        sets=", ".join(titles[key] for key in held.tune.sets),
        space=SPACES[search.space],
        tried=search.result.tried,
        images=images,
    )
    tune, report, unpruned = (
        percent(evaluation.fpr95, evaluation.fpr95_interval)
        for evaluation in (held.tune, held.report, held.unpruned)
    )
    worth = (
        f"Found {windows_text(search.pruning)}: FPR95 {report} held out, {tune} on {_tuned(held)}, of all "
        f"images; unpruned {unpruned} held out. ID accuracy {percent(held.unpruned.accuracy)} → "
        f"{percent(held.report.accuracy)}.{_gap(held)}{apart_words(held, titles)}"
    )
    nothing = NOTHING + (LARGER if search.max_accuracy_loss < 1 else "")
    return [rule, nothing if search.pruning == UNPRUNED else worth]


def apart_words(held: HeldOutResult, titles: Mapping[str, str]) -> str:
    """Return what the choice does to each group of OOD sets, and which sets it makes worse; "" where nothing.

    Args:
        held: The choice.
        titles: Titles of the OOD sets, by key.
    """
    groups = _changes(held.apart)
    worse = _changes({titles[key]: change for key, change in held.worse.items()})
    said = [f"Averages apart: {groups}."] if groups else []
    said += [f"Worse than unpruned on {worse}."] if worse else []
    return "".join(f" {sentence}" for sentence in said)


def _changes(figures: Mapping[str, tuple[float, float]]) -> str:
    parts = (f"{name} {percent(before)} → {percent(now)}" for name, (before, now) in figures.items())
    return ", ".join(parts)


def _gap(held: HeldOutResult) -> str:
    if held.on_other_sets:
        return ""
    says = CHANCE if held.within_chance else LUCK if held.gap > 0 else EASIER
    return f" Held out it is {100 * held.gap:+.1f} points from where it was chosen, {says}."


def _tuned(held: HeldOutResult) -> str:
    return "the sets to tune on" if held.on_other_sets else "the tune halves"


def _figures(evaluation: Evaluation) -> dict[str, float]:
    low, high = evaluation.fpr95_interval
    return {
        "fpr95": evaluation.fpr95,
        "fpr95_low": low,
        "fpr95_high": high,
        "auroc": evaluation.auroc,
        "accuracy": evaluation.accuracy,
    }
