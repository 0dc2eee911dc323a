"""Parts of pages: a folder for each page, and what several pages share."""
