"""Copy about the bounds of uploads."""

VISITOR_FULL = (
    "A file of {size} was not taken: expected at most {megabytes} MB in {files} files from one visitor but "
    "with it there would be more. Remove some of yours, or reload the page to begin anew."
)
SERVER_FULL = (
    "A file of {size} was not taken: the server holds as much from its visitors as it can. Try again in a "
    "minute, or with a smaller file."
)
UNDERSTOOD = "Understood"
