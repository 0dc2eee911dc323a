"""Choice of a detector's threshold from scores, and its outcome on images that did not choose it."""
