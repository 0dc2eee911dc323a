"""Run a call in the background."""

from collections.abc import Callable
from typing import Generic, TypeVar

from app.jobs.job import Job

T = TypeVar("T")


class BackgroundCall(Job, Generic[T]):
    """A call of a function, run in the background.

    Attributes:
        result: What it returned, once there.
    """

    def __init__(self, name: str, compute: Callable[[], T]) -> None:
        super().__init__(name)
        self.result: T | None = None
        self._compute_result = compute

    def _compute(self) -> None:
        self.result = self._compute_result()
