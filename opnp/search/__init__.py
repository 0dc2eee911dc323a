"""Search the windows that prune best."""
