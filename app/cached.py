"""What sessions share: the only st.cache_* uses, with small keys and bounds."""

from typing import TYPE_CHECKING

import streamlit as st

from opnp.errors import OpnpError

if TYPE_CHECKING:
    from PIL.Image import Image
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from app.picture import Picture
    from app.preparation import Preparation
    from opnp.evaluation import Evaluation
    from opnp.experiment import ExampleImage, Experiment
    from opnp.explorer import Explorer, Snapshot
    from opnp.headline import Headline
    from opnp.threshold.plan import Plan
    from opnp.threshold.rules import Rule


@st.cache_resource(ttl=10, show_spinner=False)
def experiments() -> "tuple[Experiment, ...]":
    """What this deployment offers, the default one first."""
    from opnp.experiment import list_experiments

    return list_experiments()


@st.cache_resource(max_entries=4, show_spinner=False)
def preparation(key: str) -> "Preparation":
    """The one preparation of an experiment; whoever asks first may start it."""
    from app.preparation import Preparation

    return Preparation(key)


def restart(key: str) -> None:
    """Forget a preparation that has ended, and begin anew."""
    preparation.clear(key)
    preparation(key).start()


@st.cache_resource(max_entries=64, ttl=5, show_spinner=False)
def headline(key: str) -> "Headline | None":
    """What the last preparation of an experiment found, if there was one."""
    from opnp.headline import kept_headline
    from opnp.store import Store

    with Store() as store:
        return kept_headline(store, key)


def ready(key: str) -> "Explorer":
    """The explorer of an experiment that is prepared.

    Raises:
        OpnpError: If it is not.
    """
    explorer = preparation(key).explorer
    if explorer is None:
        raise OpnpError(f"Expected experiment {key!r} to be prepared but it is not. Reload the page.")
    return explorer


@st.cache_resource(max_entries=8, show_spinner=False)
def unpruned(key: str) -> "Snapshot":
    """What the unpruned model says of every set."""
    from opnp.config import UNPRUNED

    return ready(key).at(UNPRUNED)


@st.cache_resource(max_entries=64, show_spinner=False)
def unpruned_figures(key: str, ood: tuple[str, ...], half: str) -> "Evaluation":
    """The unpruned model's figures against those OOD sets."""
    return ready(key).evaluate(unpruned(key), ood, half)


@st.cache_resource(max_entries=4, show_spinner=False)
def examples(key: str) -> "tuple[ExampleImage, ...]":
    """Pictures to try."""
    from opnp.experiment import load_experiment

    return tuple(load_experiment(key).examples())


@st.cache_resource(
    max_entries=64,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def upload(key: str, file: "UploadedFile") -> "Picture":
    """An uploaded file, decoded and looked at; kept for its visitor only.

    Raises:
        UnreadableImageError: If it is no picture that can be shown; the message says why.
    """
    from app.picture import picture
    from opnp.images import read_image

    read = read_image(file.getvalue(), name=file.name)
    return picture(ready(key).prepared.classifier, read.name, read.image, read.note)


@st.cache_resource(max_entries=64, show_spinner=False)
def example(key: str, example_key: str) -> "Picture":
    """One of the pictures to try, looked at."""
    from app.picture import picture

    chosen = next(example for example in examples(key) if example.key == example_key)
    return picture(ready(key).prepared.classifier, chosen.title, chosen.image)


@st.cache_resource(max_entries=64, show_spinner=False)
def unpruned_plan(
    key: str, ood: tuple[str, ...], rule: "Rule", ood_share: float, *, by_confidence: bool
) -> "Plan":
    """What the unpruned model would do at the threshold of a rule."""
    from opnp.threshold.plan import plan

    explorer, snapshot = ready(key), unpruned(key)
    return plan(explorer, snapshot, ood, rule, ood_share=ood_share, by_confidence=by_confidence)


@st.cache_resource(max_entries=512, show_spinner=False)
def image(key: str, set_key: str, row: int) -> "Image | None":
    """The image behind a row of an experiment's features, small; None where it cannot be read now."""
    from app.picture import LARGEST
    from opnp.threshold.closest import image_of_row

    prepared = ready(key).prepared
    images = next(images for images in prepared.experiment.sets if images.key == set_key)
    skipped = [skip.index for skip in prepared.skipped.get(set_key, ())]
    try:
        opened, _ = images.open()[image_of_row(row, skipped)]
    except (OpnpError, OSError):
        return None
    small = opened.convert("L" if opened.mode in ("1", "L") else "RGB")
    small.thumbnail((LARGEST, LARGEST))
    return small
