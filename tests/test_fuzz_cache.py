"""A short run of the fuzz that `python -m recipes.fuzz_cache` makes longer."""

from recipes.fuzz_cache import rounds


def test_a_spoilt_cache_gives_the_same_figures_or_a_sentence(tmp_path):
    results = list(rounds(list(range(20, 34)), tmp_path))
    assert [result for result in results if result[2] not in ("right", "refused")] == []
    assert len(results) == 14
