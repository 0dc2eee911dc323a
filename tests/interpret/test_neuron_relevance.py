"""Which samples drive a neuron, against autograd, brute force and the maps."""

import pytest
import torch

from opnp.config import NeuronDefinition
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.interpret.neuron_relevance import Relevance, neuron_relevance
from opnp.sensitivity.gradients import neuron_sensitivity


def logits_of(head):
    return head.features @ head.weight.T + head.bias


def driven(head, neuron, drive):
    return neuron_relevance(head.features[:, neuron], logits_of(head), head.weight[:, neuron], drive)


@pytest.mark.parametrize("neuron", [0, 5, 15])
def test_gradient_is_that_of_autograd(trained_head, neuron):
    z = trained_head.features.clone().requires_grad_()
    torch.logsumexp(z @ trained_head.weight.T + trained_head.bias, dim=1).sum().backward()
    torch.testing.assert_close(driven(trained_head, neuron, Relevance.GRADIENT), z.grad[:, neuron].abs())


@pytest.mark.parametrize("neuron", [0, 5, 15])
def test_removal_is_the_score_without_the_neuron(trained_head, neuron):
    z = trained_head.features.clone()
    z[:, neuron] = 0
    without = torch.logsumexp(z @ trained_head.weight.T + trained_head.bias, dim=1)
    fall = torch.logsumexp(logits_of(trained_head), dim=1) - without
    torch.testing.assert_close(driven(trained_head, neuron, Relevance.ABLATION), fall, atol=1e-5, rtol=1e-5)


def test_means_over_samples_are_the_sensitivities_by_both_definitions(trained_head):
    classes, width = trained_head.weight.shape
    for drive, definition, scale in (
        (Relevance.GRADIENT, NeuronDefinition.ACTIVATION, 1),
        (Relevance.ACTIVATION, NeuronDefinition.WEIGHTS, classes),
    ):
        means = torch.stack([driven(trained_head, j, drive).mean() / scale for j in range(width)])
        expected = neuron_sensitivity(
            trained_head.features, trained_head.weight, trained_head.bias, definition=definition
        )
        torch.testing.assert_close(means, expected)


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(InvalidDataError, match="one column for"):
        neuron_relevance(torch.ones(2), torch.ones(2, 3), torch.ones(2), Relevance.ACTIVATION)
    with pytest.raises(InvalidSettingError, match="'removal'"):
        neuron_relevance(torch.ones(1), torch.ones(1, 1), torch.ones(1), "loudness")
