"""What `deploy` says of a threshold: counts of each set, its promise, and what the promise takes."""

from rich.table import Table
from rich.text import Text

from opnp.reports.percent import ends, percent
from opnp.threshold.by_class import ClassThresholds
from opnp.threshold.outcome import Outcome, Proportion
from opnp.threshold.plan import Plan


def outcome_table(planned: Plan) -> Table:
    """Return the counts of each set on the held-out images, beside shares without the promise."""
    outcome, plain, titles = planned.outcome, planned.as_measured, planned.basis.titles
    table = Table("Set", caption="counts on the held-out images; accepted in percent with 95 % intervals")
    for name in ("Images", "Accepted, right", "Accepted, wrong", "Rejected", "Accepted, %"):
        table.add_column(name, justify="right")
    if plain is not None:
        table.add_column("Without the promise, %", justify="right")
    shares = _shares(outcome)
    for key, (right, wrong, rejected) in outcome.confusion.items():
        part = shares[key]
        right_text = f"{right:,}" if key == "ID" else "–"
        numbers = [f"{part.count:,}", right_text, f"{wrong:,}", f"{rejected:,}", _percent(part)]
        numbers += [] if plain is None else [percent(_shares(plain)[key].value)]
        table.add_row(Text(titles.get(key, key)), *numbers)
    return table


def deploy_lines(planned: Plan) -> list[str]:
    """Return threshold, promise, cost, accuracy and AURC, a line each."""
    curve, outcome = planned.curve, planned.outcome
    lines = [f"Threshold {planned.threshold:.4f}; scores at or above it are accepted"]
    if planned.by_class is not None:
        lines = _thresholds(planned.by_class)
    if planned.promise is not None:
        lines += [f"Promised: {planned.promise.statement}"]
    if planned.as_measured is not None:
        one = "threshold" if planned.by_class is None else "one threshold"
        lines += [f"Without the promise the {one} would be {planned.as_measured.threshold:.4f}"]
    if planned.cost is not None:
        low, high = planned.cost.interval
        lines += [f"Expected cost of an image {planned.cost.value:.4g} ({low:.4g}–{high:.4g})"]
    accuracy, accepted = _percent(outcome.accuracy), _percent(outcome.accuracy_accepted)
    return [
        *lines,
        f"Accuracy {accuracy} %, on what is accepted {accepted} %",
        f"AURC {curve.area:.4f} ({ends(curve.interval, digits=4)})",
    ]


def _thresholds(found: ClassThresholds) -> list[str]:
    own, of, one = found.chosen, len(found.classes), found.with_one
    span = [part.threshold for part in own if part.threshold is not None]
    ends_of = f"from {min(span):.4f} to {max(span):.4f}"
    lines = [
        f"Thresholds of {len(own):,} of {of:,} classes {ends_of}; scores at or above that of the class accept"
    ]
    if len(own) < of:
        needed = f"; each needs {found.needed:,}" if found.needed else ""
        lines += [f"The others keep {one.threshold:.4f}, too few images were put in them{needed}"]
    return [*lines, f"With one threshold {percent(one.id_accepted.value)} % of ID would be accepted"]


def deploy_values(planned: Plan) -> dict[str, object]:
    """Return what the promise takes and the expected cost, where there are any, for JSON."""
    values: dict[str, object] = {}
    if planned.as_measured is not None:
        plain = planned.as_measured
        accepted = {key: part.value for key, part in _shares(plain).items()}
        values["as_measured"] = {"threshold": plain.threshold, "accepted": accepted}
    if planned.cost is not None:
        low, high = planned.cost.interval
        values["cost"] = {"value": planned.cost.value, "low": low, "high": high}
    return values


def _shares(outcome: Outcome) -> dict[str, Proportion]:
    return {"ID": outcome.id_accepted, **outcome.ood_accepted}


def _percent(part: Proportion) -> str:
    if not part.count:
        return "–"
    return percent(part.value, part.interval)
