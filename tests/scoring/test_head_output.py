import torch

from opnp.config import Pruning
from opnp.pruning import prune
from opnp.scores import CERTAIN, energy_score
from opnp.scoring.head_output import rescore
from opnp.sensitivity.gradients import neuron_sensitivity, weight_sensitivity


def test_says_what_the_net_says(trained_net, blobs):
    with torch.no_grad():
        logits = trained_net(blobs.test)
        features = trained_net.body(blobs.test)
    out = rescore(features, trained_net.fc.weight.detach(), trained_net.fc.bias.detach())
    assert torch.equal(out.scores, energy_score(logits))
    assert torch.equal(out.predicted, logits.argmax(1))
    torch.testing.assert_close(out.confidence, logits.softmax(1).amax(1))
    assert (out.predicted == blobs.test_labels).float().mean() > 0.95


def test_confidence_never_leaves_the_unit_interval():
    generator = torch.Generator().manual_seed(0)
    for scale in (1e-3, 1.0, 30.0, 1e4):
        features = scale * torch.randn(2000, 7, generator=generator)
        confidence = rescore(features, torch.randn(5, 7, generator=generator), torch.zeros(5)).confidence
        assert float(confidence.min()) >= 1 / 5 - 1e-6
        assert float(confidence.max()) <= 1


def test_the_pruned_head_at_open_windows_says_the_same_bit_for_bit(trained_head):
    features, weight, bias = vars(trained_head).values()
    maps = weight_sensitivity(features, weight, bias), neuron_sensitivity(features, weight, bias)
    before, after = (rescore(features, w, bias) for w in (weight, prune(weight, *maps, Pruning()).weight))
    for name in ("scores", "log_odds", "confidence", "predicted"):
        assert torch.equal(getattr(before, name), getattr(after, name))


def test_inputs_are_left_alone(trained_head):
    before = [tensor.clone() for tensor in vars(trained_head).values()]
    rescore(*vars(trained_head).values())
    assert all(torch.equal(*pair) for pair in zip(before, vars(trained_head).values(), strict=True))


def test_another_score_of_the_same_samples(trained_head):
    said = rescore(*vars(trained_head).values())
    by_confidence = said.by_confidence()
    assert torch.equal(by_confidence.scores, said.log_odds)
    assert torch.equal(by_confidence.predicted, said.predicted)
    assert torch.equal(by_confidence.scores.sigmoid(), said.confidence)
    assert not torch.equal(said.scores, said.log_odds)


def test_one_class_is_certain_and_its_samples_tie():
    said = rescore(torch.tensor([[1.0], [2.0]]), torch.ones(1, 1), torch.zeros(1))
    assert said.confidence.tolist() == [1, 1]
    assert said.by_confidence().scores.tolist() == [CERTAIN, CERTAIN]
