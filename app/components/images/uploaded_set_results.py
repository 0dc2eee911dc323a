"""Scores of an uploaded set against the ID test set, before and after pruning."""

import pandas as pd
import streamlit as st

from app.charts.histogram import Panel, score_histograms
from app.charts.palette import Palette
from app.components.images.false_discovery import Together, rejected_together
from app.components.plot import plot
from app.format import interval, message, percent, plain, points
from app.state.baseline import BEFORE_AND_AFTER
from app.text import images as text
from opnp.config import windows_text
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.inference.uploaded_set import Acceptance, UploadedSet, acceptance
from opnp.interpret.binning import shared_edges, shares
from opnp.metrics import FloatArray
from opnp.reports.csv_table import csv_of, file_cell
from opnp.reports.percent import stranger_than
from opnp.scoring.head_output import HeadOutput

HIGHEST = 12
WIDTH = 104
Both = tuple[HeadOutput, HeadOutput]


def own_results(
    explorer: Explorer, own: UploadedSet, before: Snapshot, after: Snapshot, colours: Palette
) -> None:
    """Draw the set's metrics, histograms and highest scores, and offer all scores.

    Args:
        explorer: For the names of classes.
        own: The set.
        before: The unpruned model.
        after: The pruned model.
        colours: The page's palette.
    """
    st.subheader(text.SET_TITLE.format(title=plain(own.title)))
    outputs = (explorer.score(own.features, before.head), explorer.score(own.features, after.head))
    tuned = explorer.prepared.id_rows(Half.TUNE)
    ids = [snapshot.id_test.scores.double().numpy()[tuned] for snapshot in (before, after)]
    scores = [output.scores.double().numpy() for output in outputs]
    try:
        stands = [acceptance(*pair) for pair in zip(ids, scores, strict=True)]
    except InvalidDataError as error:
        st.warning(message(str(error)), icon=":material/error:")
        return
    _figures(*stands)
    together = rejected_together(before, after, scores)
    st.caption(text.SET_EXPLAINED.format(count=f"{len(ids[0]):,}"))
    edges = shared_edges([*ids, *scores])
    panels = [
        Panel(title, shares(ids[i], edges), shares(scores[i], edges), stands[i].threshold)
        for i, title in enumerate(BEFORE_AND_AFTER.titles(after.pruning))
    ]
    title = text.SET_HISTOGRAM.format(ids=f"{len(ids[0]):,}", count=f"{len(own.names):,}")
    figure = score_histograms(panels, edges, colours, title=title, ood_name=text.SET_NAME)
    plot(figure, "own-histograms")
    st.caption(text.SET_HISTOGRAM_HELP)
    pruned = after.pruning.kind != "unpruned"
    st.markdown(text.SET_GALLERY if pruned else text.SET_GALLERY_UNPRUNED)
    names = explorer.prepared.classifier.class_names
    _highest(own, outputs[1], stands[1].threshold, names, together[1].p_values)
    st.download_button(
        text.SET_DOWNLOAD,
        _csv(explorer, own, after, outputs, stands, together),
        "opnp-own-set.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _figures(before: Acceptance, after: Acceptance) -> None:
    share, area = st.columns(2)
    with share, st.container(border=True):
        _metric(text.SET_SHARE, after.share, before.share, "inverse", text.SET_SHARE_HELP)
        counts = {"accepted": f"{after.accepted:,}", "count": f"{after.count:,}"}
        st.caption(text.SET_COUNT.format(**counts, interval=interval(after.interval)))
    with area, st.container(border=True):
        _metric("AUROC ↑", after.auroc, before.auroc, "normal", text.SET_AUROC_HELP)
        st.caption(text.SET_INTERVAL.format(interval=interval(after.auroc_interval)))


def _metric(label: str, new: float, old: float, colour: str, help_text: str) -> None:
    change = points(new - old)
    same = change.startswith("0.0")
    st.metric(
        label,
        percent(new),
        f"{change} against unpruned",
        delta_color="off" if same else colour,  # type: ignore[arg-type]
        delta_arrow="off" if same else "auto",
        help=help_text,
    )


def _highest(
    own: UploadedSet, output: HeadOutput, threshold: float, names: tuple[str, ...], p_values: FloatArray
) -> None:
    with st.container(horizontal=True, gap="small"):
        for row in output.scores.topk(min(HIGHEST, len(own.names))).indices.tolist():
            score = float(output.scores[row])
            accepted = score >= threshold
            with st.container(width=WIDTH + 16):
                st.image(own.small[row], width=WIDTH, alt=own.names[row])
                st.badge("accepted" if accepted else "rejected", color="blue" if accepted else "orange")
                name = names[int(output.predicted[row])]
                share = stranger_than(p_values[row])
                words = text.SET_CAPTION.format(name=name, score=f"{score:.2f}", share=share)
                st.caption(plain(words))


def _csv(
    explorer: Explorer,
    own: UploadedSet,
    after: Snapshot,
    outputs: Both,
    stands: list[Acceptance],
    together: list[Together],
) -> str:
    names = explorer.prepared.classifier.class_names
    frame = pd.DataFrame({"file": [file_cell(name) for name in own.names]})
    heads = zip(("unpruned", "pruned"), outputs, stands, together, strict=True)
    for head, output, stand, whole in heads:
        frame[f"score_{head}"] = output.scores.numpy()
        frame[f"threshold_{head}"] = stand.threshold
        frame[f"accepted_{head}"] = output.scores.double().numpy() >= stand.threshold
        frame[f"p_value_{head}"] = whole.p_values
        frame[f"rejected_together_{head}"] = whole.rejected
        frame[f"class_{head}"] = [names[place] for place in output.predicted.tolist()]
        frame[f"confidence_{head}"] = output.confidence.numpy()
    frame["experiment"] = explorer.prepared.experiment.title
    frame["kept_pruned"] = windows_text(after.pruning)
    rounded = frame.map(lambda cell: float(f"{cell:.6g}") if isinstance(cell, float) else cell)
    rows = rounded.to_dict("records")
    return csv_of({str(name): cell for name, cell in row.items()} for row in rows)
