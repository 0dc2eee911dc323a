"""The images closest to the threshold: what will just be rejected, and what will just slip through."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app import cached
from app.format import plain
from app.text import deploy as text
from app.titles import titles_of
from opnp.explorer import Explorer, Snapshot
from opnp.threshold.closest import BorderlineImage, closest

EACH = 8
WIDTH = 104


def gallery(explorer: Explorer, snapshot: Snapshot, ood: tuple[str, ...], threshold: float) -> None:
    """Draw both sides.

    Args:
        explorer: For the images and their titles.
        snapshot: What the pruned model says of them.
        ood: Keys of the chosen OOD sets.
        threshold: Which.
    """
    experiment = explorer.prepared.experiment
    if not experiment.accepts_images:
        st.caption(text.NO_GALLERY)
        return
    said = {experiment.id_test.key: snapshot.id_test, **{key: snapshot.ood[key] for key in ood}}
    scores = {key: part.scores.double().numpy() for key, part in said.items()}
    titles = titles_of(experiment.ood)
    for label, images in zip(text.SIDES, closest(threshold, scores, EACH), strict=True):
        st.markdown(label)
        _row(explorer, images, titles, snapshot)


def _row(
    explorer: Explorer, images: Sequence[BorderlineImage], titles: Mapping[str, str], snapshot: Snapshot
) -> None:
    prepared = explorer.prepared
    with st.container(horizontal=True, gap="small"):
        for near in images:
            is_ood = near.key in titles
            said = snapshot.ood[near.key] if is_ood else snapshot.id_test
            name = prepared.classifier.class_names[int(said.predicted[near.row])]
            words = f"{titles.get(near.key, 'ID test')}, as {name}"
            with st.container(width=WIDTH + 16):
                picture = cached.image(prepared.experiment.key, near.key, near.row)
                if picture is None:
                    st.caption(text.UNREADABLE)
                else:
                    st.image(picture, width=WIDTH, alt=words)
                st.badge("OOD" if is_ood else "ID", color="orange" if is_ood else "blue")
                st.caption(plain(f"{words}, {near.score:.3f}"))
