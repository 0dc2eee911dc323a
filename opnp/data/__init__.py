"""Images and what they come in: sets, files, archives."""
