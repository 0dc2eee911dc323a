"""What the browser needs to compute the figures under a moving thumb by itself."""
