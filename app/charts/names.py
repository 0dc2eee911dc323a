"""Escape and shorten words from outside, whose tags and templates Plotly would interpret."""

from html import escape

from app.format import cut

IN_TITLE = 40
"""Letters of a name in a figure's title, so that the title fits a phone."""


def escape_name(name: str) -> str:
    """Escape a name so that Plotly shows it as it is.

    Example:
        >>> escape_name("<b>cat</b> & %{y}")
        '&lt;b&gt;cat&lt;/b&gt; &amp; % {y}'
    """
    return escape(name, quote=False).replace("%{", "% {")


def short_name(name: str, longest: int) -> str:
    """Escape a name and cut it to fit an axis.

    Example:
        >>> short_name("<b> a long name", 8)
        '&lt;b&gt; a l…'
    """
    return escape_name(cut(name, longest))
