"""The parts of the Sensitivity page, a file a part."""
