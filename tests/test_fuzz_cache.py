"""A short run of the fuzz that `python -m recipes.fuzz_cache` makes longer."""

from recipes.fuzz_cache import rounds


def test_a_spoilt_cache_gives_the_same_figures_or_a_sentence(tmp_path):
    results = rounds(list(range(20, 34)), tmp_path)
    bad = {seed: result for seed, result in results.items() if result[1] not in ("right", "refused")}
    assert bad == {}
    assert len(results) == 14
