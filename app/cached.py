"""What sessions share: the only st.cache_* uses, with small keys and bounds."""

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from app import text
from app.picture import Picture
from opnp.errors import OpnpError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch

    from opnp.experiment import ExampleImage
    from opnp.explorer import Explorer, Snapshot

log = logging.getLogger("opnp.app")


@dataclass
class Preparation:
    """A background thread that loads or computes an experiment; every session watches the same one.

    Attributes:
        stage: What is being done, for people.
        fraction: How far that is, in [0, 1].
        explorer: The result, once there.
        reason: Why there will be none, in words for a visitor.
    """

    key: str
    stage: str = "Loading the model"
    fraction: float = 0.0
    explorer: "Explorer | None" = None
    reason: str | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Prepare, and say in `reason` what went wrong."""
        try:
            self._prepare()
        except OpnpError as error:
            log.exception("Preparing %s failed", self.key)
            self.reason = str(error)
        except Exception:
            log.exception("Preparing %s failed", self.key)
            self.reason = text.UNEXPECTED
        finally:
            self.done.set()

    def _prepare(self) -> None:
        import gc

        from opnp.experiment import load_experiment
        from opnp.explorer import Explorer
        from opnp.prepared import prepare
        from opnp.store import Store

        self.explorer = Explorer(prepare(load_experiment(self.key), Store(), progress=self._progress))
        gc.freeze()  # what is loaded now stays: later collections need not walk it

    def _progress(self, title: str, done: int, total: int) -> None:
        self.stage = f"Features of {title}: {done:,} of {total:,} images"
        self.fraction = done / total


@st.cache_resource(max_entries=4, show_spinner=False)
def preparation(key: str) -> Preparation:
    """The preparation of an experiment, started by whoever asks first."""
    started = Preparation(key)
    threading.Thread(target=started.run, name=f"prepare-{key}", daemon=True).start()
    return started


def ready(key: str) -> "Explorer":
    """The explorer of an experiment that is prepared.

    Raises:
        OpnpError: If it is not.
    """
    explorer = preparation(key).explorer
    if explorer is None:
        raise OpnpError(f"Expected experiment {key!r} to be prepared but it is not. Reload the page.")
    return explorer


@st.cache_resource(max_entries=8, show_spinner=False)
def unpruned(key: str) -> "Snapshot":
    """What the unpruned model says of every set."""
    from opnp.config import UNPRUNED

    return ready(key).at(UNPRUNED)


@st.cache_resource(max_entries=4, show_spinner=False)
def examples(key: str) -> "tuple[ExampleImage, ...]":
    """Pictures to try."""
    from opnp.experiment import load_experiment

    return tuple(load_experiment(key).examples())


@dataclass(frozen=True)
class Look:
    """What the model makes of one picture before its last layer.

    Attributes:
        seen: The picture after the model's transform, uint8 for display, (H, W) or (H, W, 3).
        features: (D,) float32 on the CPU.
    """

    seen: "npt.NDArray[np.uint8]"
    features: "torch.Tensor"


@st.cache_resource(
    max_entries=64, show_spinner=False, scope="session", hash_funcs={Picture: lambda picture: picture.digest}
)
def look(key: str, picture: Picture) -> Look:
    """Run the backbone on one picture; kept for its visitor only, and named by the digest of its bytes."""
    from opnp.seen import seen

    classifier = ready(key).prepared.classifier
    tensor = classifier.transform(picture.image)
    features = classifier.features(tensor[None].to(classifier.weight.device))[0].cpu()
    return Look(seen(tensor), features)
