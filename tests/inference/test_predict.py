import dataclasses

import pytest
import torch
from PIL import Image
from toy_experiment import to_pixels

from opnp.config import UNPRUNED, Pruning
from opnp.errors import UnreadableImageError, UnsupportedModelError
from opnp.evaluation.splits import half_of
from opnp.inference.id_reference import id_reference
from opnp.inference.predict import Prediction, extract_features, predict, preprocess
from opnp.metrics import tpr_threshold


@pytest.mark.parametrize("pruning", [UNPRUNED, Pruning(neurons=(30, 100))])
def test_an_images_opinion_is_that_of_the_same_image_in_the_set(explorer, blobs, pruning):
    classifier, snapshot = explorer.prepared.classifier, explorer.at(pruning)
    images = [Image.fromarray(pixels) for pixels in to_pixels(blobs.test[:9])]
    features = extract_features(classifier, [preprocess(classifier, image) for image in images])
    said = predict(explorer, features, snapshot)
    for place, prediction in enumerate(said):
        assert prediction.score == pytest.approx(float(snapshot.id_test.scores[place]), rel=1e-5)
        assert prediction.confidence == pytest.approx(float(snapshot.id_test.confidence[place]), rel=1e-5)
        assert prediction.class_name == classifier.class_names[int(snapshot.id_test.predicted[place])]
        assert prediction.threshold == tpr_threshold(snapshot.id_test.scores[half_of(200, "tune")])
        held_out = snapshot.id_test.scores.numpy()[half_of(len(snapshot.id_test.scores), "report")]
        assert prediction.p_value == (1 + sum(held_out <= prediction.score)) / (len(held_out) + 1)


def test_a_score_that_is_no_number_is_the_strangest(explorer):
    snapshot = explorer.at(UNPRUNED)
    features = torch.full((2, explorer.prepared.classifier.weight.shape[1]), torch.nan)
    smallest = 1 / (len(id_reference(snapshot.id_test.scores)) + 1)
    assert [(p.accepted, p.p_value) for p in predict(explorer, features, snapshot)] == [(False, smallest)] * 2


def test_the_threshold_itself_is_accepted():
    assert Prediction("cat", 0.5, 3.0, 3.0).accepted
    assert not Prediction("cat", 0.5, 2.999, 3.0).accepted


def test_inputs_of_different_shapes_each_get_their_features_in_order(explorer):
    net = torch.nn.Flatten()
    sums = torch.nn.Module()
    sums.forward = lambda images: net(images).sum(1, keepdim=True)
    classifier = dataclasses.replace(explorer.prepared.classifier, backbone=sums)
    inputs = [torch.ones(2), torch.ones(3), torch.ones(3), torch.ones(2)]
    assert extract_features(classifier, inputs)[:, 0].tolist() == [2, 3, 3, 2]


def test_a_transform_that_fails_names_the_image_and_an_error_of_ours_stays(explorer):
    def fails(_):
        raise RuntimeError("output with shape [1, 2, 2] does not match")

    def refuses(_):
        raise UnsupportedModelError("Expected images but this experiment has features only.")

    image = Image.new("L", (3, 2))
    with pytest.raises(
        UnreadableImageError, match=r"\(L, 3 × 2\) makes the model's transform fail: .* raised Runti"
    ):
        preprocess(dataclasses.replace(explorer.prepared.classifier, transform=fails), image)
    with pytest.raises(UnsupportedModelError, match="features only"):
        preprocess(dataclasses.replace(explorer.prepared.classifier, transform=refuses), image)


@pytest.mark.parametrize(("score", "accepted"), [(2.0, True), (1.9, False), (float("nan"), False)])
def test_a_score_at_the_threshold_is_accepted_and_none_is_not(score, accepted):
    prediction = Prediction("Bag", 0.9, score, 2.0)
    assert (prediction.accepted, prediction.is_ood) == (accepted, not accepted)
