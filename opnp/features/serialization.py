"""Serialization of images and transforms for loader processes, also for those that share no memory.

Python's own pickle sends code by the name of its module, and a stranger's module is nowhere to be imported
in a process that was spawned. cloudpickle sends such code by value; here it also says where that code looks
for its own modules. The bytes go to our own children and are never kept.
"""

import io
import sys
from types import FunctionType
from typing import Any

import cloudpickle

from opnp._utils.torchvision import prepare_torchvision
from opnp.user_code import search_path

Packed = tuple[tuple[str, ...], bytes]
"""Folders that go to the front of the receiver's `sys.path`, and the things."""


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.folders: dict[str, None] = {}

    def reducer_override(self, value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, FunctionType):
            self.folders |= dict.fromkeys(search_path(value.__globals__))
        return super().reducer_override(value)


def pack(*objects: object) -> Packed:
    """Serialize objects to bytes.

    Raises:
        Exception: Of any type, if one of them cannot be sent (an open file, a lock, a generator).
    """
    file = io.BytesIO()
    pickler = _Pickler(file)
    pickler.dump(objects)
    return tuple(pickler.folders), file.getvalue()


def unpack(packed: Packed) -> tuple[Any, ...]:
    """Deserialize objects in another process, which serves them alone."""
    folders, data = packed
    sys.path[:0] = [folder for folder in folders if folder not in sys.path]
    if b"torchvision" in data:
        prepare_torchvision()
    objects: tuple[Any, ...] = cloudpickle.loads(data)  # from our own parent process
    return objects
