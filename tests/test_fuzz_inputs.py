"""A few rounds of spoilt files, pictures and arrays; `python -m recipes.fuzz_inputs` has them all."""

from recipes.fuzz_inputs import rounds

SEEDS = [0, 1, 5, 7, 9, 10, 11, 13]


def test_what_is_spoilt_gives_right_figures_or_one_sentence(tmp_path):
    results = rounds(SEEDS, tmp_path)
    assert not {seed: round_ for seed, round_ in results.items() if round_[1] not in ("right", "refused")}
    assert {outcome for _, outcome, _ in results.values()} == {"right", "refused"}
