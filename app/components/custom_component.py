"""Register the page's own components, each a folder with its script, markup and style."""

from pathlib import Path
from typing import Any

import streamlit as st


def custom_component(folder: Path, *, apart: bool = True) -> Any:  # noqa: ANN401 - Streamlit's type for it is not public
    """Register a folder's component under the folder's name; the returned function mounts it.

    Args:
        folder: With one `.js` file, and an `.html` and a `.css` of its name where there is something to see.
        apart: Whether the page's own CSS stays outside.
    """
    script = next(folder.glob("*.js"))
    parts = {path.suffix[1:]: path.read_text("utf-8") for path in folder.glob(f"{script.stem}.*")}
    return st.components.v2.component(
        f"opnp.{folder.name}",
        html=parts.get("html"),
        css=parts.get("css"),
        js=parts["js"],
        isolate_styles=apart,
    )
