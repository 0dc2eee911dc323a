"""Parts of the Landscape page."""
