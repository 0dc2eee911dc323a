"""The Sensitivity page, checked against the engine."""

import numpy as np
import pytest
import torch
from markup import words

from app import cached
from app.cached import sensitivity as kept
from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.evaluation.splits import half_of
from opnp.interpret.attribution import integrated_gradients
from opnp.interpret.marginals import class_metrics
from opnp.interpret.nearest import nearest
from opnp.interpret.neuron_relevance import Relevance
from opnp.scoring.head_output import rescore

PRUNING = Pruning(weights=(0, 99))
PRUNED = {"weights": ["0", "99"]}


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_the_kept_head_is_the_explorers_own(dashboard):
    dashboard("sensitivity")
    explorer = cached.ready("fashion")
    for pruning in (
        PRUNING,
        Pruning(weights=(20, 90), neurons=(10, 100), scope=RankScope.PER_CLASS),
        Pruning(neurons=(0, 70), neuron_definition=NeuronDefinition.WEIGHTS),
    ):
        ours, theirs = kept.head("fashion", pruning), explorer.at(pruning).head
        assert torch.equal(ours.weight, theirs.weight)
        assert torch.equal(ours.mask, theirs.mask)
        assert ours.zero_sensitivity == theirs.zero_sensitivity


def test_the_map_says_the_chosen_weight(dashboard):
    app = dashboard("sensitivity", **PRUNED)
    neuron = app.number_input(key="neuron").value
    prepared = cached.ready("fashion").prepared
    assert neuron == int(prepared.maps.neurons[NeuronDefinition.ACTIVATION].argmax())
    row, column = np.unravel_index(int(prepared.maps.weights.argmax()), prepared.maps.weights.shape)
    app.selectbox(key="class").set_value(prepared.classifier.class_names[row]).run()
    app.number_input(key="neuron").set_value(int(column)).run()
    assert "100.0 % of the largest" in words(app)
    assert "**pruned** now" in words(app)


def test_the_choice_is_kept_from_part_to_part(dashboard):
    app = dashboard("sensitivity")
    app.selectbox(key="class").set_value("Bag").run()
    app.number_input(key="neuron").set_value(17).run()
    app.button_group(key="part").set_value("Distribution").run()
    app.button_group(key="part").set_value("Neuron").run()
    assert app.number_input(key="neuron").value == 17
    app.switch_page("views/deploy.py").run()
    app.switch_page("views/sensitivity.py").run()
    assert app.button_group(key="part").value == "Neuron"
    assert app.number_input(key="neuron").value == 17
    app.button_group(key="part").set_value("Class").run()
    assert app.selectbox(key="class").value == "Bag"
    assert not app.exception


def test_the_buttons_lead_to_the_chosen_class_and_neuron(dashboard):
    app = dashboard("sensitivity")
    app.button(key="to-class").click().run()
    assert app.button_group(key="part").value == "Class"
    app.button_group(key="part").set_value("Map").run()
    app.button(key="to-neuron").click().run()
    assert app.button_group(key="part").value == "Neuron"
    assert not app.exception


def test_a_link_opens_the_part_class_and_neuron(dashboard):
    app = dashboard("sensitivity", part="Class", **{"class": "Coat"})
    assert app.selectbox(key="class").value == "Coat"
    app = dashboard("sensitivity", part="Neuron", neuron="9")
    assert app.number_input(key="neuron").value == 9
    for neuron in ("99999", "-4", "no number"):
        app = dashboard("sensitivity", part="Neuron", neuron=neuron)
        assert 0 <= app.number_input(key="neuron").value < 256
    app = dashboard("sensitivity", part="Class", **{"class": "Unicorn"})
    assert app.selectbox(key="class").value == "T-shirt/top"


@pytest.mark.parametrize(("order", "colour"), [("model", "size"), ("sorted", "rank"), ("model", "rank")])
def test_the_map_in_every_order_and_colour(dashboard, order, colour):
    app = dashboard("sensitivity", **PRUNED)
    app.button_group(key="order").set_value(order).run()
    app.button_group(key="colour").set_value(colour).run()
    assert not app.exception


def test_what_a_window_takes_from_a_class(dashboard):
    app = dashboard("sensitivity", part="Class", **{"class": "Bag"}, **PRUNED)
    explorer, head = cached.ready("fashion"), kept.head("fashion", PRUNING)
    row = explorer.prepared.classifier.class_names.index("Bag")
    labels = explorer.prepared.id_test.labels.numpy()
    after = class_metrics(explorer.at(PRUNING).id_test, labels, row)
    said = metrics(app)
    assert said["Weights pruned"] == f"{100 * float((~head.mask[row]).float().mean()):.1f} %"
    assert said["Accuracy on its images"] == f"{100 * after.accuracy:.1f} %"
    assert said["Mean score of its images"] == f"{after.score:.2f}"
    unpruned = cached.unpruned("fashion").id_test
    gone = (unpruned.predicted == row) & (explorer.at(PRUNING).id_test.predicted != row)
    count = int((gone.numpy() & (labels == row)).sum())
    assert f"Pruning moves {count} of its images to other classes" in words(app)


def test_a_neuron_is_said_by_both_definitions_and_its_images_are_shown(dashboard):
    app = dashboard("sensitivity", part="Neuron", neuron="30", neurons=["50", "100"])
    maps = cached.ready("fashion").prepared.maps
    said = metrics(app)
    for definition, values in maps.neurons.items():
        assert said[f"Sensitivity, {definition}"] == f"{float(values[30]):.3g}"
    is_on = bool(kept.head("fashion", Pruning(neurons=(50, 100))).neuron_mask[30])
    assert said["This neuron"] == ("on" if is_on else "switched off")
    explorer = cached.ready("fashion")
    head = explorer.at(Pruning()).head.weight.clone()
    head[:, 30] = 0
    falls = []
    for part, half in (
        (explorer.prepared.id_test, None),
        *((p, "tune") for p in explorer.prepared.ood.values()),
    ):
        rows = np.arange(len(part.labels)) if half is None else half_of(len(part.labels), half)
        z, bias = part.features[rows], explorer.prepared.classifier.bias
        whole = explorer.prepared.classifier.weight
        falls.append(float((rescore(z, head, bias).scores - rescore(z, whole, bias).scores).mean()))
    assert float(said["Score change without it"]) == pytest.approx(falls[0], abs=6e-4)
    assert f"of OOD {np.mean(falls[1:]):+.3f}" in words(app)
    features = cached.ready("fashion").prepared.id_test.features[:, 30]
    assert f"{float(features.abs().max()):.3g}" in words(app)
    assert len(app.get("image")) == 12
    for drive in Relevance:
        app.button_group(key="drive").set_value(str(drive)).run()
        assert not app.exception
        assert "From all 4,000 ID test images" in words(app)


def test_a_large_set_is_sampled_and_says_so(dashboard, monkeypatch):
    monkeypatch.setattr(kept, "MOST_LOGITS", 1000)
    kept.sampled_logits.clear()
    app = dashboard("sensitivity", part="Neuron")
    assert "From a sample of 100 of the 4,000 ID test images" in words(app)
    kept.sampled_logits.clear()


def test_an_example_gets_its_account_and_its_nearest_images(dashboard):
    app = dashboard("sensitivity", part="An image", **PRUNED)
    assert "Drop a picture above" in words(app)
    app.checkbox[0].check().run()
    explorer, head = cached.ready("fashion"), kept.head("fashion", PRUNING)
    picture = cached.example("fashion", app.checkbox[0].key.removeprefix("example-"))
    classifier = explorer.prepared.classifier
    whole = integrated_gradients(picture.features, classifier.weight, classifier.bias, mask=head.mask)
    said = metrics(app)
    assert said["Made by pruned weights"] == f"{float(whole.pruned.sum()):+.2f}"
    closest = nearest(explorer.prepared.id_test.features, picture.features, 1)
    assert said["Nearest ID image"] == f"{float(closest.similarity[0]):.3f}"
    app.button_group(key="account").set_value("pruning").run()
    change = whole.after - float(
        torch.logsumexp(head.weight.double() @ picture.features.double() + classifier.bias.double(), 0)
    )
    assert f"add up exactly to {change:+.2f}" in words(app)


def test_nothing_pruned_is_said_not_drawn(dashboard):
    app = dashboard("sensitivity", part="An image")
    app.checkbox[0].check().run()
    app.button_group(key="account").set_value("pruning").run()
    assert "Nothing is pruned" in words(app)
    assert metrics(app)["Made by pruned weights"] == "0.00"


def test_an_image_of_the_id_test_set_is_not_its_own_nearest(dashboard):
    app = dashboard("sensitivity", part="An image")
    app.button_group(key="source").set_value("test").run()
    prepared = cached.ready("fashion").prepared
    second = nearest(prepared.id_test.features, prepared.id_test.features[0], 2)
    assert metrics(app)["Nearest ID image"] == f"{float(second.similarity[1]):.3f}"
    app.button_group(key="source").set_value("mnist").run()
    assert not app.exception


def test_the_distribution_says_where_the_window_cuts(dashboard):
    app = dashboard("sensitivity", part="Distribution", **PRUNED)
    values = np.sort(cached.ready("fashion").prepared.maps.weights.numpy().ravel())
    assert f"between {values[0]:.2g} and {values[2533]:.2g} (dashed)" in words(app)
    app.session_state["neurons"] = (10.0, 100.0)
    app.run()
    assert "switches off weights of every size" in words(app)
    app.session_state["weights"] = (50.0, 50.0)
    app.run()
    assert "Nothing is kept" in words(app)
