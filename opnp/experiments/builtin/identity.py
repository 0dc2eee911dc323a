"""Identity of the images that the package draws, for the keys of the cache.

By a number and not by the code's bytes: a file that is renamed or tidied must not make anybody's features be
computed anew.
"""

from importlib.metadata import version

from opnp.data.image_set import content_identity

VERSION = 1
"""Of the images that come with the package and of the code that draws. Raise it when a pixel changes."""

_LIBRARIES = ("numpy", "pillow", "scikit-learn")

_BEFORE = {
    "embedded": "46884ad691aae59dc5a1cd3aa7e9c5823f5bcbbfd9982420faeec5f50d7a9724",
    "synthetic": "a3bbf25300e07bd6d1d307b05a10526f2636bdcf9cf5ab3802f026eec9c794c9",
}
"""What version 1 was called before it had a number, with the libraries that were pinned then."""


def drawn_with(family: str) -> str:
    """Identify the present version of the images and of the libraries that draw them.

    Args:
        family: `embedded` for the sets of the embedded experiment, `synthetic` for families drawn to order.

    Returns:
        64 hexadecimal digits.
    """
    libraries = tuple(version(name) for name in _LIBRARIES)
    if (VERSION, libraries) == (1, ("2.4.6", "13.0.0", "1.9.1")):
        return _BEFORE[family]
    return content_identity(family, str(VERSION), *libraries)
