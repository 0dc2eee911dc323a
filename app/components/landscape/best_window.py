"""The best window under the visitor's rule, valued on held-out images."""

from collections.abc import Mapping

import streamlit as st

from app import cached, text
from app.charts.palette import Palette
from app.charts.pareto import ParetoPoints, pareto_front
from app.components.click_through import clickable, place_of, set_sliders, trial_text
from app.format import interval, message, percent, plain, points
from app.state import session, url
from app.state.history import Settings
from app.state.url_expected import number, one_of
from opnp.config import UNPRUNED, windows_text
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half
from opnp.reports.found_windows import apart_words
from opnp.search import blind
from opnp.search.coarse_to_fine import SearchSpace
from opnp.search.find_windows import FoundWindows
from opnp.search.holdout import HeldOutResult
from opnp.search.landscape import Landscape, Side, pareto
from opnp.search.trial import Trial

MOST_LOSS = 5.0
"""Percentage points of ID accuracy that the rule may give away."""

REACHES = {SearchSpace.WEIGHTS: "weights", SearchSpace.NEURONS: "neurons", SearchSpace.BOTH: "either or both"}


def best_window(key: str, settings: Settings, colours: Palette) -> float:
    """Let the visitor set the rule, and draw the best windows under it.

    Args:
        key: The experiment's.
        settings: For the chosen OOD sets.
        colours: The page's palette.

    Returns:
        The rule: how much ID accuracy may be lost, a fraction.
    """
    st.markdown(f"##### {text.landscape.BEST_TITLE}", help=text.landscape.BEST_HELP)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        reach, loss = _rule()
        with st.spinner(text.landscape.SWEEPING):
            windows = cached.choice(key, settings.ood, reach, loss)
        _headline(windows, cached.ready(key).prepared.experiment.titles)
        with st.spinner(text.landscape.SWEEPING):
            _blind(key, settings.ood, windows)
    with right:
        _front(cached.unpruned_landscapes(key, settings.ood), windows, colours)
    return loss


def _rule() -> tuple[SearchSpace, float]:
    with url.bind_to_url("reach", one_of(REACHES.values(), REACHES.__getitem__)) as bind:
        reach = st.segmented_control(
            text.landscape.REACH_LABEL,
            list(SearchSpace),
            default=SearchSpace.BOTH,
            required=True,
            key="reach",
            bind=bind,
            format_func=lambda space: REACHES[space],
        )
    with url.bind_to_url("loss", number(0, MOST_LOSS)) as bind:
        points = st.slider(
            text.landscape.LOSS_LABEL, 0.0, MOST_LOSS, 0.5, 0.1, format="%.1f", key="loss", bind=bind
        )
    return reach, points / 100


def _headline(windows: FoundWindows, titles: Mapping[str, str]) -> None:
    held, sampled = windows.held_out, windows.images < windows.population
    note = text.landscape.SEARCHED_SAMPLE.format(images=f"{windows.images:,}") if sampled else ""
    if held.pruning == UNPRUNED:
        st.info(
            text.landscape.NOTHING_BETTER.format(tried=f"{windows.result.tried:,}"), icon=":material/rule:"
        )
        return
    with st.container(key="best", border=True):
        st.metric(
            "FPR95 ↓, held out",
            percent(held.report.fpr95),
            points(held.report.fpr95 - held.unpruned.fpr95),
            delta_color="inverse",
            help=text.explore.FPR95_HELP,
        )
        st.caption(
            f"{windows_text(held.pruning).capitalize()}. "
            f"95 % interval {interval(held.report.fpr95_interval)}; unpruned {percent(held.unpruned.fpr95)}. "
            f"ID accuracy {percent(held.unpruned.accuracy)} → {percent(held.report.accuracy)}. "
            f"The best of {windows.result.tried:,} windows tried.{note}"
        )
        st.markdown(gap_words(held))
        if apart := apart_words(held, {key: plain(title) for key, title in titles.items()}):
            st.markdown(apart)
        st.button(
            "Take me to the best",
            icon=":material/near_me:",
            key="go-best",
            on_click=session.choose,
            args=(held.pruning,),
        )


def gap_words(held: HeldOutResult) -> str:
    """Say in one sentence how much the choice flattered itself."""
    beyond_chance = text.landscape.GAP_LUCK if held.gap > 0 else text.landscape.GAP_BETTER
    words = text.landscape.GAP_CHANCE if held.within_chance else beyond_chance
    if held.on_other_sets:
        words = text.landscape.GAP_SETS
    return words.format(
        tune=percent(held.tune.fpr95),
        report=percent(held.report.fpr95),
        gap=points(abs(held.gap)).removeprefix("+"),
    )


def _blind(key: str, ood: tuple[str, ...], informed: FoundWindows) -> None:
    try:
        windows = cached.choice(key, ood, informed.space, informed.max_accuracy_loss, blind=True)
    except InvalidDataError as error:  # ID test images of one class alone
        st.caption(text.landscape.NOT_BLIND.format(reason=message(str(error))))
        return
    tempting, abstains = windows.result.best.pruning, blind.ABSTAINS
    if tempting == UNPRUNED:
        st.caption(text.landscape.BLIND_NOTHING.format(abstains=abstains))
        return
    report = cached.position_figures(key, tempting, ood, Half.REPORT)
    st.caption(
        text.landscape.BLIND.format(
            abstains=abstains,
            window=windows_text(tempting),
            report=f"{percent(report.fpr95)} ({interval(report.fpr95_interval)})",
            unpruned=percent(windows.held_out.unpruned.fpr95),
            informed=percent(informed.held_out.report.fpr95),
        )
    )


def _front(landscapes: list[Landscape], windows: FoundWindows, colours: Palette) -> None:
    choice, loss = windows.result, windows.max_accuracy_loss
    groups = {
        side: [t for landscape in landscapes if landscape.side is side for t in landscape.trials()]
        for side in Side
    }
    everything = [trial for trials in groups.values() for trial in trials]
    unpruned = float(landscapes[0].accuracy[0, -1])
    most = max(trial.accuracy for trial in everything)
    least = unpruned - loss
    span = (least - max(loss, 0.01), most + 0.002)
    inside = {side: [t for t in trials if t.accuracy >= span[0]] for side, trials in groups.items()}
    figure = pareto_front(
        [_points(str(side), trials) for side, trials in inside.items()],
        _points(
            "beaten by none", [t for t in pareto([*everything, *choice.ranking]) if t.accuracy >= span[0]]
        ),
        _points("the best under your rule", [choice.best]),
        colours,
        least=least,
        span=span,
        title=f"{sum(map(len, inside.values())):,} of {len(everything):,} windows",
    )
    clickable(figure, "pareto", set_sliders, field="customdata")
    st.caption(text.landscape.PARETO_HELP)


def _points(name: str, trials: list[Trial]) -> ParetoPoints:
    return ParetoPoints(
        name,
        [trial.accuracy for trial in trials],
        [trial.fpr95 for trial in trials],
        [trial_text(trial) for trial in trials],
        [place_of(trial.pruning) for trial in trials],
    )
