"""All that runs in the background."""
