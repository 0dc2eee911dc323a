"""What a threshold of its own for each predicted class changes, and whether the detector carries it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.components.columns import named
from app.components.deploy.rule import remember
from app.format import percent, plain, threshold
from app.state import url
from app.state.url_expected import yes_or_no
from app.text import deploy as text
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.threshold.accept_id import AcceptId
from opnp.threshold.by_class import ClassThresholds, class_thresholds, classed_sample
from opnp.threshold.outcome import Proportion
from opnp.threshold.plan import Plan
from opnp.threshold.plan_by_class import plan_by_class

KEY = "by_class"


def by_class(explorer: Explorer, snapshot: Snapshot, ood: Sequence[str], planned: Plan) -> Plan:
    """Draw each class with the one threshold and with its own, for the rule that accepts ID; else nothing.

    Args:
        explorer: For labels, names and halves.
        snapshot: What the pruned model says.
        ood: Keys of the chosen OOD sets.
        planned: With the rule and the one threshold.

    Returns:
        What the detector carries: that plan, or one with the thresholds of the classes if they are chosen.
    """
    if not isinstance(planned.rule, AcceptId):
        return planned
    prepared, outputs = explorer.prepared, {key: snapshot.ood[key] for key in ood}
    labels, names = prepared.id_test.labels.numpy(), prepared.classifier.class_names
    with st.expander(text.BY_CLASS, icon=":material/category:"):
        tune, report = (
            classed_sample(snapshot.id_test, labels, outputs, half, prepared.roles) for half in Half
        )
        found = class_thresholds(planned.rule, planned.threshold, tune, report, len(names))
        chosen = _chosen(explorer, found)
        carried = plan_by_class(planned, explorer, snapshot, ood) if chosen else planned
        st.markdown(_together(found, planned, carried_text(carried)))
        if carried.by_class and carried.promise:
            st.markdown(text.PROMISED.format(statement=plain(carried.promise.statement)))
        few = [plain(names[part.label]) for part in found.classes if part.threshold is None]
        if few:
            needed = text.NEEDED_EACH.format(needed=f"{found.needed:,}") if found.needed else ""
            st.caption(text.TOO_FEW.format(count=len(few), of=len(names), needed=needed))
        _table(found, names, planned.threshold)
    return carried


def carried_text(carried: Plan) -> str:
    """Return which threshold a detector of this plan carries, in words."""
    found = carried.by_class
    if found is None:
        return text.CARRIES_ONE
    return text.CARRIES_OWN.format(count=len(found.chosen), of=len(found.classes))


def _chosen(explorer: Explorer, found: ClassThresholds) -> bool:
    """Let the visitor give them to the detector, where there can be one and a class has its own."""
    if not explorer.prepared.experiment.accepts_images:
        return False
    with url.bind_to_url(KEY, yes_or_no()) as bind:
        wanted = st.toggle(
            text.USE_BY_CLASS,
            key=KEY,
            help=text.USE_BY_CLASS_HELP,
            disabled=not found.chosen,
            bind=bind,
        )
    remember((KEY,))
    return wanted and bool(found.chosen)


def _together(found: ClassThresholds, planned: Plan, carried: str) -> str:
    one, own = found.with_one, found.with_own
    parts = [text.CHANGED.format(what="ID", one=_percent(one.id_accepted), own=_percent(own.id_accepted))]
    for key, part in one.ood_accepted.items():
        title = plain(planned.basis.titles[key])
        parts += [text.CHANGED.format(what=title, one=_percent(part), own=_percent(own.ood_accepted[key]))]
    return text.BY_CLASS_NOTE.format(changes=", ".join(parts), carried=carried)


def _table(found: ClassThresholds, names: Sequence[str], one: float) -> None:
    rows = [
        {
            "ID images put in": names[part.label],
            "to choose on": f"{part.images:,}",
            "own threshold": text.NONE if part.threshold is None else threshold(part.threshold),
            f"accepted with {threshold(one)} for all": _percent(part.with_one),
            "accepted with its own": _percent(part.with_own),
        }
        for part in found.classes
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={"ID images put in": named(names)},
        alt="Held-out ID images accepted of each predicted class, with one threshold and with its own",
    )


def _percent(part: Proportion) -> str:
    return percent(part.value) if part.count else text.NONE
