import dataclasses

import pytest
import torch

from opnp.comparison import score_cache
from opnp.comparison.recipe import Recipe
from opnp.comparison.score_cache import get_or_score
from opnp.comparison.scoring import score
from opnp.features.types import Features
from opnp.store import Store, StoreError

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
RECIPE = Recipe("rmd", "react")


@pytest.fixture
def calls(monkeypatch):
    """How often scores are computed."""
    seen = []

    def counted(*arguments, **options):
        seen.append(arguments)
        return score(*arguments, **options)

    monkeypatch.setattr(score_cache, "score", counted)
    return seen


def test_what_took_long_is_found_again(world, tmp_path, calls, monkeypatch):
    prepared, known = world
    monkeypatch.setattr(score_cache, "LONG", 0.0)
    with Store(tmp_path) as store:
        first = get_or_score(store, prepared, known, RECIPE)
        again = get_or_score(store, prepared, known, RECIPE)
    assert len(calls) == 1
    sets = zip((first.id_test, *first.ood.values()), (again.id_test, *again.ood.values()), strict=True)
    for one, other in sets:
        for field in ("scores", "log_odds", "confidence", "predicted"):
            assert torch.equal(getattr(one, field), getattr(other, field))
    assert (again.recipe, list(again.ood), again.note) == (RECIPE, list(first.ood), first.note)
    assert (again.fitting, again.scoring) == (first.fitting, first.scoring)


def test_a_note_is_kept_with_its_scores(world, tmp_path, monkeypatch):
    prepared, known = world
    monkeypatch.setattr(score_cache, "LONG", 0.0)
    first = Features(known.features.features[:5], known.features.labels[:5])
    few = dataclasses.replace(known, features=first, digest="few")
    with Store(tmp_path) as store:
        notes = [get_or_score(store, prepared, few, Recipe("mahalanobis")).note for _ in range(2)]
    assert "of 5 ID training images" in notes[0]
    assert notes[1] == notes[0]


def test_what_was_quick_is_not_kept(world, tmp_path, calls):
    prepared, known = world
    with Store(tmp_path) as store:
        for _ in range(2):
            get_or_score(store, prepared, known, Recipe("msp"))
        assert not list(store.entries())
    assert len(calls) == 2


def test_a_full_disk_costs_nobody_a_row(world, tmp_path, monkeypatch):
    prepared, known = world

    def refuse(*_arguments):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(score_cache, "LONG", 0.0)
    monkeypatch.setattr(Store, "put", refuse)
    monkeypatch.setattr(Store, "get", refuse)
    with Store(tmp_path) as store:
        said = get_or_score(store, prepared, known, RECIPE)
    assert torch.equal(said.id_test.scores, score(prepared, known, RECIPE).id_test.scores)


def test_another_model_other_images_or_parameters_are_computed_anew(world, tmp_path, calls, monkeypatch):
    prepared, known = world
    monkeypatch.setattr(score_cache, "LONG", 0.0)
    assert known.digest
    other = dataclasses.replace(known, digest="another model")
    with Store(tmp_path) as store:
        get_or_score(store, prepared, known, RECIPE)
        get_or_score(store, prepared, other, RECIPE)
        get_or_score(store, prepared, known, Recipe("rmd", "react", parameters=(("react.percentile", 91),)))
        monkeypatch.setattr(score_cache, "VERSION", score_cache.VERSION + 1)
        get_or_score(store, prepared, known, RECIPE)
    assert len(calls) == 4
