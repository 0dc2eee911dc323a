"""Find what looks wrong with an experiment before anything is computed."""
