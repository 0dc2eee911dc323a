"""Offer the data of the experiments that are open to browsers, each under its content key."""

import gzip
import threading
from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakKeyDictionary, WeakValueDictionary

from app.preview.data import Selection, budget, content_key, select, serialize
from opnp.explorer import Explorer

_KEPT = 4
_LEVEL = 1
"""Of gzip: more takes ten times as long, and a fiftieth off."""


@dataclass(frozen=True)
class Offer:
    """What a browser may load of an experiment.

    Attributes:
        key: Of the content.
        selection: The images that it holds.
    """

    key: str
    selection: Selection


_lock = threading.Lock()
_packing = threading.Lock()
"""Another one, held for a second: pages that are drawn ask for offers meanwhile."""

_offers: WeakKeyDictionary[Explorer, Offer | None] = WeakKeyDictionary()
_explorers: WeakValueDictionary[str, Explorer] = WeakValueDictionary()
_bodies: OrderedDict[str, bytes] = OrderedDict()


def offer(explorer: Explorer) -> Offer | None:
    """Offer an experiment; None if it is too large for the budget."""
    with _lock:
        if explorer not in _offers:
            selection = select(explorer, budget())
            offered = None if selection is None else Offer(content_key(explorer, selection), selection)
            _offers[explorer] = offered
        made = _offers[explorer]
        if made is not None:
            _explorers[made.key] = explorer
        return made


def body(key: str) -> bytes | None:
    """Return what is offered under a key, compressed by gzip; None if nothing is."""
    with _lock:
        explorer = _explorers.get(key)
        made = _offers.get(explorer) if explorer else None
    if explorer is None or made is None:
        return None
    with _packing:
        if key not in _bodies:
            _bodies[key] = gzip.compress(serialize(explorer, made.selection), _LEVEL, mtime=0)
        _bodies.move_to_end(key)
        if len(_bodies) > _KEPT:
            _bodies.popitem(last=False)
        return _bodies[key]
