"""Give the browser what it needs to follow a thumb by itself, once the first chart is drawn."""

from collections.abc import Mapping
from pathlib import Path

from app.components.custom_component import custom_component
from app.preview.offer import offer
from app.preview.routes import HUB, data_address
from app.state import session
from app.state.events import pruning_data
from app.state.history import Settings
from opnp.config import Pruning
from opnp.explorer import Explorer

_mount = custom_component(Path(__file__).parent)


def preview(
    explorer: Explorer, settings: Settings, *, baseline: Pruning, slider: Mapping[str, str] | None = None
) -> None:
    """Tell the browser where the data lies and what is set; nothing where it is over the budget.

    Args:
        explorer: The prepared experiment.
        settings: Where the sliders stand.
        baseline: What their figures are compared with.
        slider: One of Streamlit's that sets a window, if not the page's own do: its `key` and `side`.
    """
    offered = offer(explorer)
    present = pruning_data(settings.pruning)
    said = {
        "data": data_address(offered.key) if offered else None,
        "scope": present["scope"],
        "definition": present["definition"],
        "baseline": pruning_data(baseline),
        "ood": list(settings.ood),
        "slider": slider,
        "applied": session.history().applied,
    }
    _mount(key="preview", data={"hub": HUB, "settings": said})
