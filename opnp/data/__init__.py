"""Image sets, decoding of image files, and zip archives."""
