import pytest

from opnp.features import ExtractionProgress


def test_the_rate_counts_only_what_this_run_did():
    pace = ExtractionProgress(done=700, total=1000, seconds=10, resumed=600)
    assert (pace.rate, pace.seconds_left, pace.share) == (10, 30, 0.7)


def test_before_the_first_step_there_is_no_time_left_to_tell():
    pace = ExtractionProgress(done=600, total=1000, seconds=0, resumed=600)
    assert (pace.rate, pace.seconds_left) == (0, None)
    assert str(pace) == "600 of 1,000 images (60 %)"


def test_nothing_to_do_is_done():
    assert ExtractionProgress(0, 0, 0).share == 1


@pytest.mark.parametrize(
    ("rate", "words"), [(0.5, "0.5 a second, 33 min 18 s left"), (2000, "2,000 a second, 0 s left")]
)
def test_it_reads_well_slow_and_fast(rate, words):
    assert str(ExtractionProgress(done=1, total=1000, seconds=1 / rate)).endswith(words)
