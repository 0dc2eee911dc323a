"""One picture: the neurons that made its score, what pruning took, the nearest ID images."""

import numpy as np
import numpy.typing as npt
import streamlit as st
import torch

from app import cached
from app.cached import sensitivity as kept
from app.charts.kept_bars import Bars, kept_bars
from app.components.click_through import clickable
from app.components.sensitivity.chosen import Part, go_to
from app.components.sensitivity.samples import ImageSample, choose_sample
from app.components.sensitivity.shown import SensitivityView
from app.components.sensitivity.thumbnails import Thumbnail, thumbnails
from app.format import percent, plain, signed
from app.text import images as images_text
from app.text import sensitivity as text
from opnp.inference.predict import Prediction, predict
from opnp.interpret.attribution import Attribution, integrated_gradients

TOP = 14
NEAREST = 8


def one_image(view: SensitivityView) -> None:
    """Draw the part of the page about one picture.

    Args:
        view: The experiment at a position.
    """
    sample = choose_sample(view)
    if sample is not None:
        _details(view, sample)


def _details(view: SensitivityView, sample: ImageSample) -> None:
    prepared = view.explorer.prepared
    weight, bias = torch.from_numpy(view.weight), prepared.classifier.bias.cpu().float()
    whole = integrated_gradients(sample.features, weight, bias, mask=view.head.mask)
    near = _nearest(view, sample)
    _figures(view, sample, whole, near)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        _attribution(view, sample, whole, weight, bias)
    with right:
        st.markdown(f"**{text.NEAREST_TITLE.format(count=len(prepared.id_test.features))}**")
        thumbnails(view, [Thumbnail(row, f"cosine {similarity:.3f}") for row, similarity in near])
        st.caption(text.NEAREST_HELP)


def _nearest(view: SensitivityView, sample: ImageSample) -> list[tuple[int, float]]:
    """Find rows of the ID test set and their cosines; a picture of that set does not count as its own."""
    nearest = kept.nearest_rows(view.key, sample.features, NEAREST + 1)
    pairs = zip(nearest.rows.tolist(), nearest.similarity.tolist(), strict=True)
    return [(row, similarity) for row, similarity in pairs if row != sample.id_test_row][:NEAREST]


def _figures(
    view: SensitivityView, sample: ImageSample, whole: Attribution, near: list[tuple[int, float]]
) -> None:
    features = sample.features[None]
    before = predict(view.explorer, features, cached.unpruned(view.key))[0]
    after = predict(view.explorer, features, view.explorer.at(view.pruning))[0]
    made, total = float(whole.pruned.sum()), whole.after - whole.before
    with st.container(key="cards"):
        columns = st.columns([2, 3, 3, 3, 3])
        with columns[0]:
            if sample.image is not None:
                st.image(sample.image, width=118, alt=sample.name)
            st.caption(plain(sample.name))
        with columns[1], st.container(border=True, height="stretch"):
            change = signed(after.score - before.score)
            st.metric(text.SCORE, f"{after.score:.2f}", change, delta_color="off", help=text.SCORE_HELP)
            st.caption(_verdict(after))
            st.caption(text.UNPRUNED_WAS.format(value=f"{before.score:.2f}, {_verdict(before)}"))
        with columns[2], st.container(border=True, height="stretch"):
            st.metric(text.CLASS_SAID, after.class_name)
            st.caption(text.CONFIDENT.format(confidence=percent(after.confidence)))
            words = f"{before.class_name}, {text.CONFIDENT.format(confidence=percent(before.confidence))}"
            st.caption(text.UNPRUNED_WAS.format(value=plain(words)))
        with columns[3], st.container(border=True, height="stretch"):
            st.metric(text.FROM_PRUNED, signed(made), help=text.FROM_PRUNED_HELP)
            st.caption(text.FROM_PRUNED_OF.format(total=f"{total:.2f}"))
        with columns[4], st.container(border=True, height="stretch"):
            closest = f"{near[0][1]:.3f}" if near else "–"
            st.metric(text.NEAREST_ID, closest, help=text.NEAREST_ID_HELP)
            if len(view.explorer.prepared.id_test.labels) > 1:
                st.caption(text.NEAREST_USUAL.format(usual=f"{kept.usual_similarity(view.key):.3f}"))


def _verdict(prediction: Prediction) -> str:
    verdict = images_text.ACCEPTED if prediction.accepted else images_text.REJECTED
    return text.THRESHOLD.format(threshold=f"{prediction.threshold:.2f}", verdict=verdict)


def _attribution(
    view: SensitivityView, sample: ImageSample, whole: Attribution, weight: torch.Tensor, bias: torch.Tensor
) -> None:
    which = st.segmented_control(
        text.ACCOUNT_LABEL,
        list(text.ACCOUNTS),
        default=next(iter(text.ACCOUNTS)),
        required=True,
        format_func=text.ACCOUNTS.__getitem__,
        key="account",
        persist_state="session",
        label_visibility="collapsed",
    )
    attribution, title, start = whole, text.ACCOUNT_SCORE, text.FROM_EMPTY
    if which == "pruning":
        if view.pruning.kind == "unpruned":
            st.info(text.NOTHING_PRUNED, icon=":material/tune:")
            return
        head = view.head
        attribution = integrated_gradients(sample.features, weight, bias, start=head.weight, mask=head.mask)
        title, start = text.ACCOUNT_PRUNING, text.FROM_PRUNED_HEAD
    total = signed(attribution.after - attribution.before)
    order = np.argsort(-np.abs(attribution.neurons.numpy()), kind="stable")
    figure = kept_bars(
        _bars(attribution, order[:TOP]),
        view.colours,
        title=title.format(total=total),
        axis=text.ACCOUNT_AXIS,
        value_format="+.3f",
        height=480,
    )
    clickable(figure, "account-chart", lambda bar: go_to(Part.NEURON, neuron=int(order[bar])))
    rest = order[TOP:]
    words = text.ACCOUNT_HELP.format(total=total, start=start)
    if rest.size:
        others = signed(float(attribution.neurons.numpy()[rest].sum()))
        words = text.REST.format(shown=TOP, count=rest.size, total=others) + words
    st.caption(words)


def _bars(attribution: Attribution, top: npt.NDArray[np.int64]) -> Bars:
    names = [text.NEURON_NAME.format(neuron=neuron) for neuron in top]
    return Bars(names, attribution.kept.numpy()[top], attribution.pruned.numpy()[top])
