"""Judge what a choice of windows without any OOD data is worth, on many small nets."""
