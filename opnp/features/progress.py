"""Progress of a long run: share done, rate and remaining time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExtractionProgress:
    """Progress of a run.

    Attributes:
        done: Images done, those of earlier runs included.
        total: Images in all.
        seconds: Since this run began.
        resumed: Images that earlier runs had done.

    Example:
        >>> pace = ExtractionProgress(done=3000, total=10_000, seconds=20, resumed=1000)
        >>> pace.rate, pace.seconds_left
        (100.0, 70.0)
        >>> print(pace)
        3,000 of 10,000 images (30 %), 100 a second, 1 min 10 s left
    """

    done: int
    total: int
    seconds: float
    resumed: int = 0

    @property
    def share(self) -> float:
        """Share done, in [0, 1]; 1 where there is nothing to do."""
        return self.done / self.total if self.total else 1.0

    @property
    def rate(self) -> float:
        """Images a second in this run; 0 until the first step is done."""
        return (self.done - self.resumed) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Remaining seconds at the current rate; None until there is one."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None

    def __str__(self) -> str:
        text = f"{self.done:,} of {self.total:,} images ({self.share:.0%})".replace("%", " %")
        if self.seconds_left is None:
            return text
        rate = f"{self.rate:.1f}" if self.rate < 10 else f"{self.rate:,.0f}"
        return f"{text}, {rate} a second, {duration(self.seconds_left)} left"


def duration(seconds: float) -> str:
    """Format seconds in the two largest useful units.

    Example:
        >>> duration(42), duration(3720), duration(200_000)
        ('42 s', '1 h 2 min', '2 d 7 h')
    """
    rounded = round(seconds)
    for (large, large_name), (small, small_name) in (
        ((86400, "d"), (3600, "h")),
        ((3600, "h"), (60, "min")),
        ((60, "min"), (1, "s")),
    ):
        if rounded >= large:
            return f"{rounded // large} {large_name} {rounded % large // small} {small_name}"
    return f"{rounded} s"
