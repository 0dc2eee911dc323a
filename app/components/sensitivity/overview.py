"""The whole map, a close-up where it is larger than the screen, and the chosen weight in words."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.charts.overview import Grid, overview_map
from app.components.click_through import clickable
from app.components.sensitivity.chosen import Part, choose_class, choose_neuron, go_to
from app.components.sensitivity.margins import margins
from app.components.sensitivity.shown import SensitivityView
from app.format import percent, plain
from app.text import sensitivity as text
from opnp.interpret.binning import BinnedMap, bin_map

MOST_ROWS = 50
MOST_CELLS = 5000
"""Each cell can be clicked; more would make the browser slow."""
ZOOM = (25, 60)
"""Classes and neurons of the close-up of a large map."""

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MapRegion:
    """Part of the map, in the order of display.

    Attributes:
        rows: Its classes.
        columns: Its neurons.
        first: Where the first of them stands in the whole map.
        chosen: The chosen class and neuron, among them.
        by_rank: Whether the colour is the rank.
        across: What the columns are, in words.
    """

    rows: Places
    columns: Places
    first: int
    chosen: tuple[int, int]
    by_rank: bool
    across: str

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the chosen weight."""
        row, neuron = self.chosen
        return int(np.flatnonzero(self.rows == row)[0]), int(np.flatnonzero(self.columns == neuron)[0])

    def around(self) -> "MapRegion":
        """Cut out the part around the chosen weight."""
        row, column = (
            min(max(at - size // 2, 0), max(len(part) - size, 0))
            for part, at, size in zip((self.rows, self.columns), self.place, ZOOM, strict=True)
        )
        rows, columns = self.rows[row : row + ZOOM[0]], self.columns[column : column + ZOOM[1]]
        return MapRegion(rows, columns, self.first + column, self.chosen, self.by_rank, self.across)


def overview(view: SensitivityView) -> None:
    """Draw the map, its close-up, the chosen weight and the map's margins.

    Args:
        view: The experiment at a position.
    """
    region = _region(view)
    title = text.MAP_TITLE.format(
        classes=len(region.rows),
        neurons=len(region.columns),
        pruned=view.head.pruned_weights,
        share=percent(view.head.pruned_share),
    )
    binned = _map(view, region, title, "sensitivity-map")
    rows, columns = (int(np.diff(edges).max()) for edges in (binned.rows, binned.columns))
    is_binned = (rows, columns) != (1, 1)
    st.caption(text.MAP_HELP + (text.MAP_BINNED.format(rows=rows, columns=columns) if is_binned else ""))
    if is_binned:
        near = region.around()
        title = text.ZOOM_TITLE.format(classes=len(near.rows), neurons=len(near.columns))
        _map(view, near, title, "sensitivity-zoom")
    _chosen(view, *region.chosen)
    margins(view, region.rows, region.chosen[1])


def _region(view: SensitivityView) -> MapRegion:
    label, number, order, colour = st.columns([3, 2, 3.4, 2.6], vertical_alignment="bottom")
    with label:
        row = choose_class(view)
    with number:
        neuron = choose_neuron(view)
    with order:
        ordered = _option(text.ORDER_LABEL, text.ORDERS, "order") == "sorted"
    with colour:
        by_rank = _option(text.COLOUR_LABEL, text.COLOURS, "colour") == "rank"
    rows, columns, across = np.arange(len(view.labels)), np.arange(len(view.neurons)), text.ACROSS_MODEL
    if ordered:
        rows, columns = np.argsort(-view.weights.sum(axis=1), kind="stable"), view.order
        across = text.ACROSS_SORTED.format(definition=view.pruning.neuron_definition)
    return MapRegion(rows, columns, 0, (row, neuron), by_rank, across)


def _option(label: str, options: dict[str, str], key: str) -> str:
    return st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        required=True,
        format_func=options.__getitem__,
        key=key,
        persist_state="session",
    )


def _map(view: SensitivityView, region: MapRegion, title: str, name: str) -> BinnedMap:
    whole = np.ix_(region.rows, region.columns)
    rows = min(MOST_ROWS, len(region.rows))
    values = _values(view, whole, by_rank=region.by_rank)
    binned = bin_map(values, view.mask[whole], max_rows=rows, max_columns=MOST_CELLS // rows)
    figure = overview_map(
        _grid(view, region, binned), view.colours, by_rank=region.by_rank, title=title, across=region.across
    )

    def select(point: int) -> None:
        down, along = divmod(point, binned.sensitivity.shape[1])
        block_rows = region.rows[_parts(binned.rows)[down]]
        block_columns = region.columns[_parts(binned.columns)[along]]
        inside = view.weights[np.ix_(block_rows, block_columns)]
        row, column = np.unravel_index(int(inside.argmax()), inside.shape)
        go_to(label=view.labels[block_rows[row]], neuron=int(block_columns[column]))

    clickable(figure, name, select)
    return binned


def _values(view: SensitivityView, part: tuple[Places, ...], *, by_rank: bool) -> npt.NDArray[np.floating]:
    """Scale part of the map to [0, 1]: shares of the largest sensitivity, or ranks."""
    if by_rank:
        return view.ranks[part] / max(int(view.ranks.max()), 1)
    top = float(view.weights.max())
    return view.weights[part] / (top if top > 0 else 1.0)


def _grid(view: SensitivityView, region: MapRegion, binned: BinnedMap) -> Grid:
    row, column = (
        int(np.searchsorted(edges, at, side="right")) - 1
        for edges, at in zip((binned.rows, binned.columns), region.place, strict=True)
    )
    return Grid(
        binned.sensitivity,
        binned.kept,
        [_span([view.labels[each] for each in region.rows[part]]) for part in _parts(binned.rows)],
        [f"neuron {_span([str(each) for each in region.columns[part]])}" for part in _parts(binned.columns)],
        [region.first + int(start) for start in binned.columns[:-1]],
        (row, column),
    )


def _parts(edges: Places) -> list[slice]:
    return [slice(int(first), int(last)) for first, last in pairwise(edges)]


def _span(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _chosen(view: SensitivityView, row: int, neuron: int) -> None:
    sensitivity, top = float(view.weights[row, neuron]), float(view.weights.max())
    name = plain(view.labels[row])
    words = text.CHOSEN.format(
        name=name,
        neuron=neuron,
        sensitivity=f"{sensitivity:.3g}",
        share=percent(sensitivity / top if top > 0 else 0.0),
        rank=percent(float(view.ranks[row, neuron]) / (int(view.ranks.max()) + 1)),
        weight=f"{view.weight[row, neuron]:+.3f}",
        fate=text.KEPT if view.mask[row, neuron] else text.PRUNED,
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(words, width="content")
        st.button(text.TO_CLASS.format(name=name), on_click=go_to, args=(Part.CLASS,), key="to-class")
        st.button(text.TO_NEURON.format(neuron=neuron), on_click=go_to, args=(Part.NEURON,), key="to-neuron")
