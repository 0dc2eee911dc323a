"""Import torchvision also beside a CPU build of torch, where its compiled operators cannot load.

The default index's torchvision is compiled against CUDA. Next to torch's CPU wheel its library does not load
and its import ends in "operator torchvision::nms does not exist". Models, transforms and data sets need none
of those operators, so then, and only then, their two missing names are declared and the import tried again.
"""

import contextlib
import importlib.util
import sys
import threading
from types import ModuleType

import torch

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_lock = threading.Lock()
_declared: list[torch.library.Library] = []  # a declaration lives as long as its Library object


def import_torchvision() -> ModuleType:
    """Return torchvision, imported untouched where that works.

    Raises:
        ImportError: If torchvision is not installed.
        RuntimeError: If it fails for another reason than its missing operators.
    """
    with _lock:
        try:
            import torchvision
        except RuntimeError as error:
            if "operator torchvision::nms does not exist" not in str(error):
                raise
            for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
                del sys.modules[name]
            library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
            for operator in ("nms", "qnms"):
                if not hasattr(torch.ops.torchvision, operator):
                    library.define(operator + _SCHEMA)  # type: ignore[no-untyped-call]
            _declared.append(library)
            import torchvision
        return torchvision  # type: ignore[no-any-return]


def operators_are_declared() -> bool:
    """Return whether torchvision's operators were declared here, since its compiled ones did not load."""
    return bool(_declared)


def prepare_torchvision() -> None:
    """Make `import torchvision` work for code that is not ours; call it before any such code runs.

    Nothing happens where torchvision is not installed, or fails for a reason of its own: then that code's
    import says so, in its own words.
    """
    if importlib.util.find_spec("torchvision") is None:
        return
    with contextlib.suppress(ImportError, RuntimeError, OSError):
        import_torchvision()
