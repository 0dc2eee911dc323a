"""What sessions share: the only st.cache_* uses, with small keys and bounds."""

from typing import TYPE_CHECKING

import streamlit as st

from opnp.errors import OpnpError

if TYPE_CHECKING:
    from PIL.Image import Image
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from app.exact import ExactLandscapes
    from app.picture import Picture
    from app.preparation import Preparation
    from opnp.choosing import Choice
    from opnp.config import Pruning
    from opnp.detector import Detector
    from opnp.evaluation import Evaluation
    from opnp.experiment import ExampleImage, Experiment
    from opnp.explorer import Explorer, Snapshot
    from opnp.headline import Headline
    from opnp.holdout import HeldOut, LeftOut
    from opnp.landscape import Landscape, Side
    from opnp.threshold.plan import Plan
    from opnp.threshold.rules import Rule
    from opnp.tuning import Tuning


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


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def detector(file: "UploadedFile") -> "Detector":
    """An uploaded detector, checked; kept for its visitor only.

    Raises:
        OpnpError: If it is none, or its model is not here; the message says why.
    """
    from opnp.detector import Detector

    return Detector.from_bytes(file.getvalue())


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


@st.cache_resource(max_entries=8, show_spinner=False)
def tuning_data(key: str, ood: tuple[str, ...], *, blind: bool = False) -> "Tuning":
    """What searches may see of an experiment, a sample if it is large; `blind` holds no OOD image."""
    from opnp.tuning import quick_size, tuning, without_ood

    prepared = ready(key).prepared
    data = tuning(prepared, ood, most=quick_size(prepared, ood))
    return without_ood(data) if blind else data


@st.cache_resource(max_entries=64, show_spinner=False)
def landscape(
    key: str, ood: tuple[str, ...], side: "Side", base: "Pruning", *, blind: bool = False
) -> "Landscape":
    """Figures of every window of one side, the rest as in `base`."""
    from opnp.landscape import landscape as compute

    return compute(tuning_data(key, ood, blind=blind), side, base)


@st.cache_resource(max_entries=8, show_spinner=False)
def exact_landscapes(key: str, ood: tuple[str, ...], pruning: "Pruning") -> "ExactLandscapes":
    """The one computation of the exact landscapes around a position; whoever asks first may start it."""
    from app.exact import ExactLandscapes

    return ExactLandscapes(ready(key).prepared, ood, pruning)


def unpruned_landscapes(key: str, ood: tuple[str, ...], *, blind: bool = False) -> "list[Landscape]":
    """The landscapes around the unpruned model: of each scope of weights, each definition of neurons."""
    from opnp.config import NeuronDefinition, Pruning, RankScope
    from opnp.landscape import Side

    bases = [(Side.WEIGHTS, Pruning(scope=scope)) for scope in RankScope]
    bases += [(Side.NEURONS, Pruning(neuron_definition=definition)) for definition in NeuronDefinition]
    return [landscape(key, ood, side, base, blind=blind) for side, base in bases]


@st.cache_resource(max_entries=64, show_spinner=False)
def choice(key: str, ood: tuple[str, ...], reach: str, loss: float, *, blind: bool = False) -> "Choice":
    """The best window that costs at most `loss` of ID accuracy, found on what searches may see."""
    from opnp.search import search

    data = tuning_data(key, ood, blind=blind)
    return search(data, unpruned_landscapes(key, ood, blind=blind), reach, max_accuracy_loss=loss)


@st.cache_resource(max_entries=64, show_spinner=False)
def held_out(key: str, ood: tuple[str, ...], pruning: "Pruning") -> "HeldOut":
    """What a chosen pruning is worth on the held-out halves."""
    from opnp.holdout import hold_out

    return hold_out(ready(key), pruning, ood)


@st.cache_resource(max_entries=16, show_spinner=False)
def left_out(key: str, ood: tuple[str, ...], loss: float) -> "list[LeftOut]":
    """Each OOD set under the window that is chosen without it."""
    from opnp.holdout import leave_one_out

    return leave_one_out(ready(key), unpruned_landscapes(key, ood), max_accuracy_loss=loss)
