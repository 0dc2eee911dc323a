"""Prepare an experiment in the background."""

import gc
from typing import TYPE_CHECKING

from app.jobs.job import Job
from app.text import shell as text

if TYPE_CHECKING:
    from opnp.explorer import Explorer
    from opnp.features import ExtractionProgress


class PreparationJob(Job):
    """The preparation of one experiment. When it is stopped, what is done stays.

    Attributes:
        key: The experiment's.
        stage: What is being done, for people.
        explorer: The result, once there.
        doubts: What speaks against its labels, in sentences.
        remarks: What else to know of its figures, in sentences: what is left out, or assumed.
    """

    def __init__(self, key: str) -> None:
        super().__init__(f"prepare-{key}")
        self.key = key
        self.stage = text.LOADING
        self.explorer: Explorer | None = None
        self.doubts: tuple[str, ...] = ()
        self.remarks: tuple[str, ...] = ()

    def _compute(self) -> None:
        from opnp.experiments.registry import load_experiment
        from opnp.explorer import Explorer
        from opnp.prepare import prepare
        from opnp.reports.provenance import image_notes
        from opnp.reports.summary import keep_summary, summarize_metrics
        from opnp.store import Store

        with Store() as store:
            experiment = load_experiment(self.key)
            prepared = prepare(experiment, store, progress=self._progress, cancel=self._cancel)
            self.stage = text.RANKING
            explorer = Explorer(prepared)
            keep_summary(store, self.key, summarize_metrics(explorer))
        notes = dict.fromkeys([*image_notes(prepared), *prepared.remarks])
        self.doubts = prepared.doubts
        self.remarks = tuple(sentence for sentence in notes if sentence not in prepared.doubts)
        self.explorer = explorer
        gc.freeze()  # what is loaded now stays: later collections need not walk it

    def _progress(self, title: str, pace: "ExtractionProgress") -> None:
        self.stage, self.share = f"{title}: {pace}", pace.share
