"""Drop anywhere, paste, or choose a folder: hand files to the page's uploaders.

The script runs in the browser and knows no limits but those that it is told: it finds the uploaders by the
CSS class that Streamlit gives to a keyed widget, packs a folder into one zip, and leaves the rest to them.
"""

from pathlib import Path

from app.components.custom_component import custom_component
from app.text import images as text

_mount = custom_component(Path(__file__).parent)


def drop(*, pictures: str, own_set: str, most: int, images: int, size: int, is_open: bool) -> None:
    """Hand what a visitor drops or pastes to the page's uploaders.

    Args:
        pictures: Key of the uploader of single pictures.
        own_set: Key of the container with the uploader of sets.
        most: More loose pictures than that at once are packed as a set.
        images: Pictures that a packed set holds at most, spread evenly over what was dropped.
        size: Bytes that it holds at most.
        is_open: Whether a set may come now.
    """
    _mount(
        key="drop",
        data={
            "pictures": f".st-key-{pictures}",
            "set": f".st-key-{own_set}",
            "most": most,
            "images": images,
            "bytes": size,
            "open": is_open,
            "words": text.DROP,
        },
    )
