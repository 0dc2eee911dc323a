"""Images: predictions for a visitor's pictures, before and after pruning."""

import streamlit as st
import torch

from app import cached, text
from app.charts.palette import palette
from app.components.histograms import draw_histograms
from app.components.images.prediction_card import Verdict, card
from app.components.images.uploaded_set import own_set, show_progress
from app.components.images.uploaded_set_results import own_results
from app.components.images.uploads import examples, upload_pictures
from app.components.lacking_sets import lacking
from app.format import message
from app.pictures import Picture
from app.shell import view
from app.state.baseline import BEFORE_AND_AFTER
from app.state.history import Settings
from opnp.explorer import Explorer, Snapshot
from opnp.inference.id_reference import id_reference
from opnp.inference.predict import predict

COLUMNS = 2


def images(explorer: Explorer, settings: Settings) -> None:
    """Draw the Images page for these settings."""
    experiment = explorer.prepared.experiment
    if not experiment.accepts_images:
        st.info(text.shell.FEATURES_ONLY, icon=":material/hide_image:")
        return
    single, whole = st.columns([3, 2], gap="large")
    with single:
        uploaded, problems = upload_pictures(experiment.key)
        for problem in problems:
            st.warning(message(problem), icon=":material/broken_image:")
    with whole:
        whole_set = own_set(experiment.key)
    pictures = [*uploaded, *examples(experiment.key)]
    if pictures or whole_set.own is not None:
        before, after = cached.unpruned(experiment.key), explorer.at(settings.pruning)
        if pictures:
            _pictures(explorer, settings, before, after, pictures)
        if whole_set.own is not None:
            own_results(explorer, whole_set.own, before, after, palette(st.context.theme.type))
    elif not problems and whole_set.job is None:
        first = text.images.FIRST_EXAMPLE if cached.examples(experiment.key) else text.images.FIRST_OWN
        st.info(text.images.NO_IMAGES.format(first=first), icon=":material/add_photo_alternate:")
    if whole_set.job is not None:
        show_progress(whole_set.job, whole_set.place)


def _pictures(
    explorer: Explorer, settings: Settings, before: Snapshot, after: Snapshot, pictures: list[Picture]
) -> None:
    verdicts = _verdicts(explorer, pictures, before, after)
    grid = st.columns(COLUMNS)
    for place, verdict in enumerate(verdicts):
        with grid[place % COLUMNS]:
            card(verdict, pruned=after.pruning.kind != "unpruned")
    if not lacking(explorer, settings.ood):
        _histogram(explorer, settings, before, after, verdicts)


def _verdicts(
    explorer: Explorer, pictures: list[Picture], before: Snapshot, after: Snapshot
) -> list[Verdict]:
    features = torch.stack([picture.features for picture in pictures])  # (n, D)
    old, new = (predict(explorer, features, snapshot) for snapshot in (before, after))
    known = id_reference(after.id_test.scores)
    return [Verdict(*parts, known=known) for parts in zip(pictures, old, new, strict=True)]


def _histogram(
    explorer: Explorer, settings: Settings, before: Snapshot, after: Snapshot, verdicts: list[Verdict]
) -> None:
    names = [verdict.picture.name for verdict in verdicts]
    marks = [[v.before.score for v in verdicts], [v.after.score for v in verdicts]]
    draw_histograms(
        explorer,
        settings.ood,
        before,
        after,
        palette(st.context.theme.type),
        titles=BEFORE_AND_AFTER.titles(after.pruning),
        marks=marks,
        names=names,
    )
    st.caption(text.images.HISTOGRAM_HELP)


images(*view())
