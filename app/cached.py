"""What sessions share: the only st.cache_* uses, with small keys and bounds."""

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from app import text
from opnp.errors import OpnpError

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from app.picture import Picture
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


@st.cache_resource(
    max_entries=64,
    show_spinner=False,
    scope="session",
    hash_funcs={"streamlit.runtime.uploaded_file_manager.UploadedFile": lambda file: file.file_id},
)
def upload(key: str, file: "UploadedFile") -> "Picture":
    """An uploaded file, decoded and looked at; kept for its visitor only.

    Raises:
        UnreadableImageError: If it is no picture that can be shown; the message says why.
    """
    from app.picture import picture
    from opnp.images import read_image

    read = read_image(file.getvalue(), name=file.name)
    return picture(ready(key).prepared.classifier, read.name, read.image, read.note)


@st.cache_resource(max_entries=64, show_spinner=False)
def example(key: str, example_key: str) -> "Picture":
    """One of the pictures to try, looked at."""
    from app.picture import picture

    chosen = next(example for example in examples(key) if example.key == example_key)
    return picture(ready(key).prepared.classifier, chosen.title, chosen.image)
