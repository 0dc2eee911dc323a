"""Names of others in a terminal or on a page."""


def printable(name: str) -> str:
    """Return a name that does nothing to a terminal, and does not turn the words around it.

    Example:
        >>> printable("a" + chr(27) + "[2Jb.png"), printable("cat" + chr(0x202E) + "gpj.exe")
        ('a�[2Jb.png', 'cat�gpj.exe')
    """
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name
    )
