"""The steps of the Learn page, a file each, and what frames them."""
