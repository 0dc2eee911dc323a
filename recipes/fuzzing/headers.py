"""Change the header of a safetensors file while the rest stays."""

import json
from collections.abc import Callable
from typing import Any

Table = dict[str, Any]


def changed_header(data: bytes, change: Callable[[Table], object]) -> bytes:
    """Return the file with `change` made to its header's JSON; where it has none, as it is."""
    length = int.from_bytes(data[:8], "little")
    try:
        table = json.loads(data[8 : 8 + length])
        change(table)
        header = json.dumps(table).encode()
    except (ValueError, TypeError, KeyError, RecursionError):
        return data
    return len(header).to_bytes(8, "little") + header + data[8 + length :]
