"""The engine's figures are the server's, whichever way the sliders came."""

import bounds
import numpy as np
import pytest
import torch

from app.charts.histogram import headroom
from app.format import percent
from app.histogram_data import score_panels
from app.preview.data import select
from opnp.config import UNPRUNED, Pruning
from opnp.data.role import Role
from opnp.evaluation.splits import Half, half_of
from opnp.metrics import auroc, ece, fpr95, tpr_threshold
from tests.app.preview.engine import EVERYTHING, Batch
from tests.app.preview.made import experiment, real, request, walk, whole

SHAPES = [
    (1, 1, (30, 9)),
    (1, 12, (200, 64)),
    (2, 3, (400, 41, 2)),
    (4, 13, (300, 90, 20)),
    (7, 33, (150, 400)),
]
HAND_MADE = [
    UNPRUNED,
    Pruning(weights=(50, 50)),
    Pruning(neurons=(100, 100)),
    Pruning(weights=(30, 95)),
    UNPRUNED,
]


def walked(run, made):
    """Each experiment with the positions of a walk, the position compared with, and the engine's frames."""
    batch, results = Batch(run), []
    for rng, explorer in made:
        ood = list(explorer.prepared.ood)
        prunings = HAND_MADE + walk(rng, 12)
        baseline, shown = (
            prunings[int(rng.integers(len(prunings)))],
            ood[: int(rng.integers(1, len(ood) + 1))],
        )
        steps = [request(pruning, ood, baseline=baseline, shown=shown) for pruning in prunings]
        results.append((explorer, prunings, baseline, shown, batch.on(explorer, "walk", steps)))
    return [(*others, frames()) for *others, frames in results]


def detection(explorer, pruning, ood):
    """The server's figures of detection."""
    ours = explorer.evaluate(explorer.at(pruning), ood, Half.TUNE)
    return {"sets": {key: ours.sets[key].fpr95 for key in ood}, "fpr95": ours.fpr95, "auroc": ours.auroc}


@pytest.fixture(scope="module")
def exact(run):
    """Experiments whose scores are exact in any order of sums."""
    rngs = [np.random.default_rng([16, seed]) for seed in range(15)]
    return walked(
        run,
        [(rng, whole(rng, *SHAPES[i % 5], bias=i % 2 == 0)) for i, rng in enumerate(rngs)],
    )


@pytest.fixture(scope="module")
def rounded(run):
    """Experiments whose scores are rounded."""
    rngs = [np.random.default_rng([17, seed]) for seed in range(10)]
    return walked(
        run,
        [(rng, real(rng, *SHAPES[i % 5], negative=i % 2 == 0)) for i, rng in enumerate(rngs)],
    )


def test_exact_scores_give_the_servers_figures(exact):
    for explorer, prunings, baseline, _, frames in exact:
        ood = list(explorer.prepared.ood)
        before = detection(explorer, baseline, ood)
        for pruning, frame in zip(prunings, frames, strict=True):
            ours = explorer.evaluate(explorer.at(pruning), ood, Half.TUNE)
            assert frame["sets"] == {key: ours.sets[key].fpr95 for key in ood}
            assert (frame["fpr95"], frame["auroc"]) == (ours.fpr95, ours.auroc)
            assert frame["before"] == before
            assert frame["accuracy"] == ours.accuracy
            assert frame["images"] == len(explorer.prepared.id_rows(Half.TUNE))
            assert frame["intervals"] is None
            for name in ("fpr95", "auroc", "accuracy"):
                assert percent(frame[name]) == percent(getattr(ours, name))


def test_other_sets_give_the_servers_figures_at_once(batch):
    rng = np.random.default_rng(33)
    explorer = whole(rng, 3, 7, (200, 50, 40, 30))
    keys, baseline = list(explorer.prepared.ood), Pruning(weights=(20, 100))
    choices = [keys, keys[:1], keys[1:], keys[:1]]
    steps = [request(HAND_MADE[3], ood, baseline=baseline) for ood in choices]
    for ood, frame in zip(choices, batch.on(explorer, "walk", steps)(), strict=True):
        assert frame["before"] == detection(explorer, baseline, ood)
        assert {name: frame[name] for name in frame["before"]} == detection(explorer, HAND_MADE[3], ood)
        assert (frame["ood"], frame["shown"]) == (ood, ood)


def test_a_set_for_the_report_alone_is_not_sent_and_one_to_tune_on_is_sent_whole(batch):
    """The figures are of what may be looked at, whichever sets are chosen; counted again from the scores."""
    made = whole(np.random.default_rng(34), 3, 7, (200, 50, 40, 31)).prepared
    parts = made.classifier.weight, made.classifier.bias, made.maps.weights
    features = {key: part.features for key, part in made.ood.items()}
    roles = {"set 0": Role.REPORT, "set 1": Role.TUNE}
    explorer = experiment(*parts, made.id_test.features, made.id_test.labels, features, roles=roles)
    assert [len(rows) for rows in select(explorer, EVERYTHING).rows] == [100, 0, 40, 15]
    choices = [["set 0", "set 1", "set 2"], ["set 0", "set 1"], ["set 2"]]
    frames = batch.on(explorer, "walk", [request(HAND_MADE[3], ood) for ood in choices])()
    snapshot = explorer.at(HAND_MADE[3])
    threshold = np.sort(snapshot.id_test.scores.numpy()[half_of(200, Half.TUNE)])[5]
    drawn = {"set 1": np.arange(40), "set 2": half_of(31, Half.TUNE)}
    rates = {key: (snapshot.ood[key].scores.numpy()[rows] >= threshold).mean() for key, rows in drawn.items()}
    for ood, frame in zip(choices, frames, strict=True):
        tuned = [key for key in ood if key in drawn]
        assert frame["sets"] == {key: rates[key] for key in tuned}
        assert frame["fpr95"] == pytest.approx(np.mean([rates[key] for key in tuned]))
        assert (frame["ood"], frame["pictured"]) == (ood, len(tuned))
        panels, _ = score_panels(explorer.at(UNPRUNED), snapshot, tuple(ood), ["", ""], roles)
        assert frame["panels"][1]["ood"] == panels[1].ood_share.tolist()


def test_exact_scores_give_the_servers_histograms(exact):
    """Where k classes tie, ln k is rounded to float32 once or twice: the threshold's last place."""
    for explorer, prunings, baseline, shown, frames in exact:
        before = explorer.at(baseline)
        for pruning, frame in zip(prunings, frames, strict=True):
            panels, edges = score_panels(before, explorer.at(pruning), tuple(shown), ["", ""], {})
            bins = frame["bins"]
            drawn = np.arange(bins["start"], bins["stop"] + 1) * bins["width"]
            assert drawn.tolist() == edges.tolist()
            assert frame["top"] == headroom(panels)
            for panel, theirs in zip(panels, frame["panels"], strict=True):
                assert theirs["id"] == panel.id_share.tolist()
                assert theirs["ood"] == panel.ood_share.tolist()
                assert theirs["threshold"] == pytest.approx(panel.threshold, rel=2.0**-23)


def test_histograms_hold_those_that_were_drawn_as_the_servers_do(run):
    rng = np.random.default_rng(32)
    explorer, batch = whole(rng, 3, 13, (300, 90)), Batch(run)
    before, prunings = explorer.at(UNPRUNED), walk(rng, 20)
    bins = {"width": 50, "start": -60, "stop": 15, "top": 0.6}
    edges = np.arange(bins["start"], bins["stop"] + 1) * float(bins["width"])
    steps = [request(pruning, explorer.prepared.ood, drawn=bins) for pruning in prunings]
    for pruning, frame in zip(prunings, batch.on(explorer, "walk", steps)(), strict=True):
        panels, new = score_panels(before, explorer.at(pruning), ("set 0",), ["", ""], {}, drawn=edges)
        drawn = frame["bins"]
        assert (np.arange(drawn["start"], drawn["stop"] + 1) * drawn["width"]).tolist() == new.tolist()
        assert frame["top"] == max(headroom(panels), bins["top"])
        assert frame["panels"][1]["id"] == panels[1].id_share.tolist()


def test_scores_are_the_exact_ones_rounded_once(rounded):
    """Sums are float64 and exp is within 1e-11, so that rounding to float32 is nearly all of the error."""
    for explorer, prunings, _, _, frames in rounded:
        prepared = explorer.prepared
        features = prepared.id_test.features[select(explorer, EVERYTHING).rows[0]].double()
        bias = prepared.classifier.bias.double()
        for pruning, frame in zip(prunings, frames, strict=True):
            logits = features @ prepared.heads(pruning).weight.double().T + bias
            exact = torch.logsumexp(logits, dim=1)
            bounds.assert_within(torch.tensor(frame["scores"][0]), exact, exact.abs() * 2.0**-24 + 1e-10)


def test_scores_lie_within_the_rounding_of_the_servers(rounded):
    for explorer, prunings, _, _, frames in rounded:
        prepared, chosen = explorer.prepared, select(explorer, EVERYTHING).rows
        sets = [prepared.id_test, *prepared.ood.values()]
        for pruning, frame in zip(prunings, frames, strict=True):
            snapshot, weight = explorer.at(pruning), prepared.heads(pruning).weight
            outputs = [snapshot.id_test, *snapshot.ood.values()]
            for part, output, rows, theirs in zip(sets, outputs, chosen, frame["scores"], strict=True):
                bound = 2 * bounds.scores(part.features[rows], weight, prepared.classifier.bias)
                bounds.assert_within(output.scores[rows], torch.tensor(theirs), bound)


def test_figures_are_pythons_of_the_engines_scores(rounded):
    for *_, frames in rounded:
        for frame in frames:
            id_, *others = map(np.array, frame["scores"])
            rates = [fpr95(id_, scores) for scores in others]
            assert list(frame["sets"].values()) == rates
            assert frame["fpr95"] == np.mean(rates)
            assert frame["auroc"] == np.mean([auroc(id_, scores) for scores in others])
            assert frame["accuracy"] == np.mean(frame["correct"])
            error = ece(frame["confidence"], np.array(frame["correct"]) == 1)
            assert frame["ece"] == pytest.approx(error, abs=4 * len(id_) * 2.0**-52)
            assert frame["panels"][1]["threshold"] == tpr_threshold(id_)


def test_confidences_lie_within_the_rounding_of_the_servers(rounded):
    for explorer, prunings, _, _, frames in rounded:
        prepared = explorer.prepared
        rows = select(explorer, EVERYTHING).rows[0]
        features = prepared.id_test.features[rows]
        for pruning, frame in zip(prunings, frames, strict=True):
            weight = prepared.heads(pruning).weight
            bound = 2 * bounds.confidences(features, weight, prepared.classifier.bias)
            ours = explorer.at(pruning).id_test.confidence[rows]
            bounds.assert_within(ours, torch.tensor(frame["confidence"]), bound)
