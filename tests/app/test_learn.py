"""The Learn page: every step runs for every kind of experiment, and says what the engine says."""

import numpy as np
import pytest
from made_up import write_world
from markup import cards, elements, rows_of, words

from app import cached, text
from app.format import percent
from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half, half_of
from opnp.metrics import auroc
from opnp.search.landscape import Side
from opnp.toy import surface, train_toy

OOD = ("mnist", "letters", "patches", "textures", "noise")
STEPS = [str(place + 1) for place in range(len(text.learn.STEPS))]

FEATURES_ONLY = """
[experiment]
title = "Only features"

[classifier]
source = "features"
path = "made.npz"

[[ood]]
key = "far"
"""


def figures(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def at(app, step: int):
    return app.button_group(key="step").set_value(str(step)).run()


@pytest.fixture
def learn(dashboard):
    return dashboard("learn")


@pytest.mark.parametrize("step", STEPS)
def test_every_step_opens_and_explains_its_new_words(learn, step):
    at(learn, int(step))
    assert not learn.exception
    shown = words(learn)
    copy = text.learn.STEPS[int(step) - 1]
    assert copy.claim in shown
    assert copy.prose in shown
    assert learn.latex
    for term in copy.terms:
        assert text.glossary.TERMS[term] in shown


def test_the_buttons_walk_the_story_from_end_to_end(learn):
    assert learn.button(key="step-left").disabled
    for step in STEPS[1:]:
        learn.button(key="step-right").click().run()
        assert learn.button_group(key="step").value == step
        assert not learn.exception
    assert learn.button(key="step-right").disabled
    learn.button(key="step-left").click().run()
    assert learn.button_group(key="step").value == STEPS[-2]


def test_every_term_is_explained_once_and_first_where_it_is_used():
    used = [term for step in text.learn.STEPS for term in step.terms]
    assert sorted(used) == sorted(text.glossary.TERMS)


def test_presenting_leaves_out_the_prose_but_not_the_claim(learn):
    learn.toggle(key="present").set_value(True).run()
    copy = text.learn.STEPS[0]
    assert copy.claim in words(learn)
    assert copy.prose not in words(learn)
    assert not learn.expander
    assert learn.latex


def test_the_answer_is_shown_after_the_guess_and_hidden_for_another_picture(learn):
    assert "Guess first" in words(learn)
    learn.toggle(key="learn-revealed").set_value(True).run()
    learn.slider(key="learn-guess").set_value(20).run()
    picture = cached.example("fashion", learn.button_group(key="learn-subject").value)
    explorer = cached.ready("fashion")
    said = explorer.score(picture.features[None], cached.unpruned("fashion").head)
    name = explorer.prepared.classifier.class_names[int(said.predicted[0])]
    assert f"**{name}** and is **{percent(float(said.confidence[0]))}** sure. You guessed 20 %" in words(
        learn
    )
    learn.button_group(key="learn-subject").set_value("digit").run()
    assert "Guess first" in words(learn)


def test_how_often_it_is_sure_is_counted(learn):
    said = cached.unpruned("fashion")
    strange = np.mean([(said.ood[key].confidence >= 0.9).double().mean() for key in OOD])
    familiar = float((said.id_test.confidence >= 0.9).double().mean())
    assert f"**{percent(familiar)}** of 4,000 familiar" in words(learn)
    assert f"**{percent(strange)}** of 10,000 strange" in words(learn)


def test_adding_to_all_logits_moves_the_score_and_not_the_probability(learn):
    before = figures(at(learn, 2))
    learn.slider(key="learn-shift").set_value(3.0).run()
    after = figures(learn)
    assert after[text.learn.LARGEST] == before[text.learn.LARGEST]
    assert float(after[text.learn.SCORE]) == pytest.approx(float(before[text.learn.SCORE]) + 3)


def test_confidence_and_energy_are_compared_over_all_sets(learn):
    at(learn, 2)
    said = cached.unpruned("fashion")
    energy = np.mean([auroc(said.id_test.scores, said.ood[key].scores) for key in OOD])
    confidence = np.mean([auroc(said.id_test.log_odds, said.ood[key].log_odds) for key in OOD])
    assert f"{percent(confidence)} by confidence and **{percent(energy)}** by energy" in words(learn)


def test_the_slope_and_the_nudge_are_those_of_the_real_head(learn):
    at(learn, 3)
    picture = cached.example("fashion", learn.button_group(key="learn-subject").value)
    classifier = cached.ready("fashion").prepared.classifier
    logits = classifier.weight @ picture.features + classifier.bias
    best, neuron = int(logits.argmax()), int(picture.features.argmax())
    slope = -float(logits.softmax(0)[best] * picture.features[neuron])
    assert f"\\mathbf{{{slope:.3f}}}" in learn.latex[1].value
    learn.slider(key="learn-move").set_value(-2.0).run()
    logits[best] -= 2 * picture.features[neuron]
    [fact] = elements(learn, "fact")
    assert f"to −{float(logits.logsumexp(0)):.3f}." in fact.text
    sentences, points = (rows_of(learn, "learn-move", part) for part in ("html", "trace"))
    assert sentences[20] == [fact.text]
    assert len(points) == len(sentences) == 81
    assert sentences[40][0].startswith("Nudged by +0.0 to ")
    logits[best] += 6 * picture.features[neuron]
    assert points[80] == pytest.approx([4, -float(logits.logsumexp(0))], abs=1e-5)
    learn.button_group(key="learn-what").set_value(text.learn.ONE_NEURON).run()
    assert not learn.exception
    assert "W_{cj}=\\mathbf" in learn.latex[1].value


def test_the_toy_says_when_pruning_hurts(learn):
    at(learn, 4)
    net = train_toy("three blobs", 1)
    for window in ((0.0, 80.0), (60.0, 100.0), (0.0, 100.0)):
        learn.slider(key="learn-toy-window").set_value(window).run()
        after = surface(net, Pruning(weights=window))
        change = after.fpr95 - surface(net, UNPRUNED).fpr95
        verdict = text.learn.TOY_WORSE if change > 0 else text.learn.TOY_BETTER
        assert (verdict if change else text.learn.TOY_SAME) in words(learn)
        assert f"**{percent(after.fpr95)}**" in words(learn)


def test_the_map_counts_what_is_kept_and_what_it_carries(learn):
    at(learn, 5)
    learn.slider(key="learn-window").set_value((50.0, 100.0)).run()
    values = np.sort(cached.ready("fashion").prepared.maps.weights.numpy().ravel().astype(float))
    carried = values[1280:].sum() / values.sum()
    assert f"**1,280** of 2,560 weights. They carry **{percent(carried)}**" in words(learn)


def test_the_trade_off_is_the_engines_on_both_halves(learn):
    at(learn, 6)
    learn.button_group(key="learn-side").set_value("neurons").run()
    learn.slider(key="learn-window").set_value((30.0, 100.0)).run()
    explorer = cached.ready("fashion")
    snapshot = explorer.at(Pruning(neurons=(30, 100)))
    tune, report = (explorer.evaluate(snapshot, OOD, half) for half in (Half.TUNE, Half.REPORT))
    shown = cards(learn)
    assert list(shown) == ["FPR95 ↓", "ID accuracy ↑"]
    assert shown["FPR95 ↓"]["value"] == percent(tune.fpr95)
    assert shown["FPR95 ↓"]["note"].startswith(f"held out {percent(report.fpr95)} (")
    assert shown["ID accuracy ↑"]["value"] == percent(tune.accuracy)
    trials = cached.landscape("fashion", OOD, Side.NEURONS, UNPRUNED).trials()
    assert f"Of {len(trials)} windows of neurons" in words(learn)


def test_the_window_goes_on_to_the_threshold_and_to_explore(learn):
    at(learn, 6)
    learn.button_group(key="learn-side").set_value("neurons").run()
    learn.slider(key="learn-window").set_value((30.0, 100.0)).run()
    at(learn, 7)
    learn.slider(key="learn-accept").set_value(80).run()
    snapshot = cached.ready("fashion").at(Pruning(neurons=(30, 100)))
    assert cards(learn)[text.learn.TURNED_AWAY]["value"] == "20.0 %"
    at(learn, 6)
    assert learn.slider(key="learn-window").value == (30.0, 100.0)
    learn.button(key="learn-to-explore").click().run()
    assert not learn.exception
    expected = cached.ready("fashion").evaluate(snapshot, OOD, Half.TUNE).fpr95
    assert cards(learn)["FPR95 ↓"]["value"] == percent(expected)


@pytest.mark.parametrize("share", [50, 73, 95, 100])
def test_what_follows_the_threshold_is_what_the_scores_say_at_each_share(learn, share):
    at(learn, 7)
    for model, place in ((UNPRUNED, 1), (Pruning(weights=(0, 99)), 0)):
        snapshot = cached.ready("fashion").at(model)
        on_id = snapshot.id_test.scores.numpy()
        on_id = on_id[half_of(len(on_id), Half.TUNE)]
        threshold = np.sort(on_id)[len(on_id) * (100 - share) // 100]
        ood = [snapshot.ood[key].scores.numpy() for key in OOD]
        gets_in = np.mean([(part[half_of(len(part), Half.TUNE)] >= threshold).mean() for part in ood])
        words_then = rows_of(learn, "learn-accept", "html")[share - 50]
        assert words_then[place].removeprefix("unpruned ") == percent((on_id < threshold).mean())
        assert words_then[place + 2].removeprefix("unpruned ") == percent(gets_in)
        lines = rows_of(learn, "learn-accept", "panels")[share - 50]
        assert lines["panels"][1 - place]["threshold"] == threshold
        assert f"{share} %" in lines["threshold"]


def test_an_example_and_a_broken_upload_of_ones_own(learn):
    at(learn, 8)
    assert text.learn.NONE_YET in words(learn)
    learn.file_uploader(key="learn-upload").upload("torn.png", b"no picture", "image/png").run()
    assert "torn" in learn.warning[0].value
    learn.button_group(key="learn-source").set_value("examples").run()
    learn.button_group(key="learn-example").set_value("temple").run()
    assert not learn.exception
    assert "Unpruned:" in words(learn)
    assert text.learn.END in words(learn)


@pytest.fixture
def offered(monkeypatch):
    """A function that offers an experiment file beside the embedded experiment."""

    def offer(file) -> None:
        monkeypatch.setenv("OPNP_EXPERIMENTS", str(file))
        cached.experiments.clear()

    return offer


def walk(dashboard, title):
    app = dashboard("learn", experiment=title)
    app.button(key="prepare").click().run()
    for step in STEPS:
        at(app, int(step))
        assert not app.exception, step
        yield app


def test_ones_own_experiment_without_examples_and_with_negative_features(dashboard, offered, tmp_path):
    write_world(tmp_path)
    offered(tmp_path / "pth.toml")
    for app in walk(dashboard, "Colours"):
        assert text.learn.NO_PICTURE not in words(app)


def test_features_alone_tell_the_story_without_pictures(dashboard, offered, tmp_path):
    rng = np.random.default_rng(5)
    arrays = {
        "head_weight": rng.normal(size=(3, 6)),
        "head_bias": rng.normal(size=3),
        "id_train_features": rng.normal(size=(50, 6)),
        "id_test_features": rng.normal(size=(40, 6)),
        "id_test_labels": rng.integers(0, 3, 40),
        "ood_far_features": rng.normal(size=(30, 6)).astype(np.float32),
    }
    np.savez(tmp_path / "made.npz", **arrays)
    (tmp_path / "only.toml").write_text(FEATURES_ONLY)
    offered(tmp_path / "only.toml")
    shown = [words(app) for app in walk(dashboard, "Only features")]
    assert text.learn.NO_PICTURE in shown[0]
    assert text.shell.FEATURES_ONLY in shown[-1]
