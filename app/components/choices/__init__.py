"""A choice of one, or of any number, of a few options, that looks as Streamlit's do.

It speaks to the server through the outbox, as every control does: Streamlit's own would be told apart from
what else was done, and a click could be taken back by an answer that is on its way.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from app.components.custom_component import custom_component
from app.preview.routes import HUB
from app.state import session

_mount = custom_component(Path(__file__).parent)


def choices(
    field: Literal["scope", "definition", "ood"],
    titles: Mapping[str, str],
    chosen: str | list[str],
    *,
    label: str,
    help_text: str = "",
) -> None:
    """Draw the options of a setting.

    Args:
        field: The setting, as `app.state.events` names it.
        titles: Of the options, by key.
        chosen: Key of the one that is chosen; or a list of keys, where any number may be.
        label: Said above them, and to screen readers.
        help_text: Shown on request; what stands between two `**` is bold.
    """
    data: dict[str, Any] = {
        "field": field,
        "options": list(titles.items()),
        "chosen": chosen,
        "label": label,
        "help": help_text,
        "hub": HUB,
        "applied": session.history().applied,
    }
    _mount(key=f"{field}-choices", data=data)
