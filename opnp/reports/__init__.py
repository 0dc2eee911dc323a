"""Tables, summaries and provenance of figures, as CSV, JSON and Markdown."""
