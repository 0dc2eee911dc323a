"""The images closest to the threshold, on both sides of it."""

from collections.abc import Sequence

import streamlit as st

from app import cached
from app.format import plain
from app.text import deploy as text
from opnp.explorer import Explorer, Snapshot
from opnp.threshold.closest import BorderlineImage, closest

EACH = 8
WIDTH = 104


def gallery(explorer: Explorer, snapshot: Snapshot, ood: tuple[str, ...], threshold: float) -> None:
    """Draw the images closest to the threshold, on both sides of it.

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
    outputs = {experiment.id_test.key: snapshot.id_test, **{key: snapshot.ood[key] for key in ood}}
    scores = {key: output.scores.double().numpy() for key, output in outputs.items()}
    for label, images in zip(text.SIDES, closest(threshold, scores, EACH), strict=True):
        st.markdown(label)
        _row(explorer, images, snapshot)


def _row(explorer: Explorer, images: Sequence[BorderlineImage], snapshot: Snapshot) -> None:
    prepared = explorer.prepared
    titles = prepared.experiment.titles
    with st.container(horizontal=True, gap="small"):
        for near in images:
            is_ood = near.key in snapshot.ood
            output = snapshot.ood[near.key] if is_ood else snapshot.id_test
            name = prepared.classifier.class_names[int(output.predicted[near.row])]
            words = f"{titles[near.key] if is_ood else 'ID test'}, as {name}"
            with st.container(width=WIDTH + 16):
                picture = cached.image(prepared.experiment.key, near.key, near.row)
                if picture is None:
                    st.caption(text.UNREADABLE)
                else:
                    st.image(picture, width=WIDTH, alt=words)
                st.badge("OOD" if is_ood else "ID", color="orange" if is_ood else "blue")
                st.caption(plain(f"{words}, {near.score:.3f}"))
