"""Choose colours, one meaning each on every page: Okabe and Ito's colour-blind-safe hues."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of everything that is drawn.

    Attributes:
        id: In-distribution.
        ood: Out-of-distribution.
        pruned: Set to zero.
        threshold: The decision threshold.
        better: A change for the better.
        worse: A change for the worse.
        text: Axes and titles.
        grid: Grid lines.
        ground: The page, as in app/.streamlit/config.toml.
        scale: Low to high sensitivity.
    """

    id: str
    ood: str
    pruned: str
    threshold: str
    better: str
    worse: str
    text: str
    grid: str
    ground: str
    scale: tuple[str, ...]


LIGHT = Palette(
    id="#0072B2",
    ood="#D55E00",
    pruned="#C9CDD2",
    threshold="#16181D",
    better="#12692E",
    worse="#A3262A",
    text="#31333F",
    grid="rgba(49,51,63,0.12)",
    ground="#FFFFFF",
    scale=("#DCEEF6", "#56B4E9", "#0072B2", "#002B45"),
)
DARK = Palette(
    id="#56B4E9",
    ood="#F08A3C",
    pruned="#4A4F58",
    threshold="#FAFAFA",
    better="#5CE488",
    worse="#FF8A8A",
    text="#E6E8EB",
    grid="rgba(250,250,250,0.14)",
    ground="#12161C",
    scale=("#0B2A3D", "#0072B2", "#56B4E9", "#E3F4FC"),
)


def palette(theme: str | None) -> Palette:
    """Return the palette of a page that shows itself "dark" or "light"."""
    return DARK if theme == "dark" else LIGHT


def translucent(colour: str, opacity: float) -> str:
    """Convert `#RRGGBB` to rgba with that opacity.

    Example:
        >>> translucent("#0072B2", 0.5)
        'rgba(0,114,178,0.5)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
