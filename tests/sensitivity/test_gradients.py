import numpy as np
import pytest
import torch
from bounds import assert_within, maps
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from opnp.config import NeuronDefinition
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.sensitivity.gradients import (
    CHUNK,
    neuron_sensitivity,
    sensitivity_sums,
    sums_of_parts,
    weight_sensitivity,
)


def autograd_maps(features, weight, bias, temperature):
    """Both maps the slow way: the energy's gradient at one sample after the other, in float64."""
    weight = weight.double().requires_grad_()
    bias = torch.zeros(weight.shape[0], dtype=torch.float64) if bias is None else bias.double()
    weight_sum, neuron_sum = torch.zeros_like(weight), torch.zeros(weight.shape[1], dtype=torch.float64)
    for sample in features.double():
        sample.requires_grad_()
        logits = functional.linear(sample, weight, bias)
        energy = -temperature * torch.logsumexp(logits / temperature, dim=0)
        by_weight, by_neuron = torch.autograd.grad(energy, (weight, sample))
        weight_sum = weight_sum + by_weight.abs()
        neuron_sum = neuron_sum + by_neuron.abs()
    return weight_sum.detach() / len(features), neuron_sum / len(features)


def random_head(samples=60, classes=7, width=13, scale=1.0, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shapes = ((samples, width), (classes, width), (classes,))
    features, weight, bias = (torch.randn(*shape, generator=generator) for shape in shapes)
    return scale * features, weight, bias


@pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
def test_equals_autograd_of_the_energy_on_a_trained_head(trained_head, temperature):
    head = tuple(vars(trained_head).values())
    by_weight, by_neuron = autograd_maps(*head, temperature)
    bound = maps(*head, temperature)
    assert_within(weight_sensitivity(*head, temperature=temperature), by_weight, bound.weights)
    ours = neuron_sensitivity(*head, definition="activation", temperature=temperature)
    assert_within(ours, by_neuron, bound.activation)
    ours = neuron_sensitivity(*head, definition="weights", temperature=temperature)
    assert_within(ours, by_weight.mean(dim=0), bound.by_weights)


def test_the_trained_heads_cover_negative_features(trained_net, trained_head):
    assert bool((trained_head.features < 0).any()) == isinstance(trained_net.body[-1], torch.nn.GELU)


@pytest.mark.parametrize("temperature", [1.0, 3.0])
@pytest.mark.parametrize("with_bias", [True, False])
def test_equals_autograd_with_features_of_both_signs_and_no_bias(temperature, with_bias):
    features, weight, bias = random_head(scale=2.0)
    head = (features, weight, bias if with_bias else None)
    by_weight, by_neuron = autograd_maps(*head, temperature)
    bound = maps(*head, temperature)
    assert_within(weight_sensitivity(*head, temperature=temperature), by_weight, bound.weights)
    assert_within(neuron_sensitivity(*head, temperature=temperature), by_neuron, bound.activation)


def test_the_analytic_head(analytic):
    """p = (1/2, 1/2): M_cj = mean |z_j| / 2 and the neurons' gradients are |W_0j + W_1j| / 2."""
    head = (analytic.features, analytic.weight, analytic.bias)
    assert weight_sensitivity(*head).tolist() == [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]]
    assert neuron_sensitivity(*head, definition="activation").tolist() == [1.0, 0.0, 1.0]
    assert neuron_sensitivity(*head, definition="weights").tolist() == [1.0, 1.0, 0.0]


@given(st.integers(0, 1000), st.floats(0.1, 50))
def test_a_column_sums_to_mean_activation_whatever_the_head(seed, temperature):
    features, weight, bias = random_head(seed=seed, scale=3.0)
    ours = weight_sensitivity(features, weight, bias, temperature=temperature)
    mean_activation = features.double().abs().mean(dim=0)
    bound = maps(features, weight, bias, temperature)
    assert_within(ours.double().sum(dim=0), mean_activation, 7 * bound.by_weights)
    by_weights = neuron_sensitivity(features, weight, bias, definition="weights", temperature=temperature)
    assert_within(by_weights, mean_activation / 7, bound.by_weights)


def test_the_order_and_the_number_of_samples_do_not_matter():
    features, weight, bias = random_head(samples=CHUNK + 300)
    shuffled = features[torch.randperm(len(features), generator=torch.Generator().manual_seed(1))]
    bound = maps(features, weight, bias)
    for function, off in ((weight_sensitivity, bound.weights), (neuron_sensitivity, bound.activation)):
        whole = function(features, weight, bias)
        assert_within(function(shuffled, weight, bias), whole, 2 * off)
        assert_within(function(features.repeat(3, 1), weight, bias), whole, 2 * off)


@pytest.mark.parametrize("size", [1, 7, 256, CHUNK, CHUNK + 1])
def test_the_size_of_the_batches_does_not_matter(size):
    features, weight, bias = random_head(samples=CHUNK + 300)
    whole = sensitivity_sums(features, weight, bias)
    total = sums_of_parts(features.split(size), weight, bias)
    assert total.count == whole.count == len(features)
    bound = maps(features, weight, bias)
    assert_within(total.weight_map(), whole.weight_map(), 2 * bound.weights)
    for definition, off in zip(NeuronDefinition, (bound.activation, bound.by_weights), strict=True):
        assert_within(total.neuron_map(definition), whole.neuron_map(definition), 2 * off)


def test_a_long_sum_keeps_its_precision():
    """Two hundred thousand equal samples: their mean is the sample's own map, to one chunk's rounding."""
    features, weight, bias = random_head(samples=1)
    long = weight_sensitivity(features.expand(200_000, -1), weight, bias)
    one = weight_sensitivity(features, weight, bias)
    bound = maps(features.expand(CHUNK, -1), weight, bias).weights + maps(features, weight, bias).weights
    assert_within(long, one, bound)
    in_one_go = np.add.accumulate(np.full(200_000, float(one.max()), np.float32))[-1] / 200_000
    assert abs(in_one_go - float(one.max())) > float(bound.max()), "one long float32 sum would be noticed"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_features_of_another_precision_are_computed_in_float32(dtype):
    features, weight, bias = random_head()
    stored = features.to(dtype)
    for function in (weight_sensitivity, neuron_sensitivity):
        assert torch.equal(function(stored, weight, bias), function(stored.float(), weight, bias))


def test_half_precision_features_whose_sum_overflows_half_precision():
    features = torch.full((3000, 2), 60_000.0, dtype=torch.float16)
    ours = weight_sensitivity(features, torch.zeros(2, 2), None)
    assert_within(ours, torch.full((2, 2), 30_000.0), maps(features, torch.zeros(2, 2), None).weights)


def test_features_may_be_a_read_only_memory_map(tmp_path):
    features, weight, bias = random_head()
    np.save(tmp_path / "features.npy", features.numpy())
    mapped = torch.from_numpy(np.load(tmp_path / "features.npy", mmap_mode="c"))
    assert torch.equal(weight_sensitivity(mapped, weight, bias), weight_sensitivity(features, weight, bias))


def test_dead_neurons_have_a_sensitivity_of_exactly_zero():
    features, weight, bias = random_head()
    features[:, 4] = 0
    assert (weight_sensitivity(features, weight, bias)[:, 4] == 0).all()
    assert neuron_sensitivity(features, weight, bias, definition="weights")[4] == 0
    assert neuron_sensitivity(features, weight, bias, definition="activation")[4] > 0


def test_shapes_dtypes_and_inputs_left_as_they_were():
    head = random_head()
    before = [tensor.clone() for tensor in head]
    learning = (head[0].requires_grad_(), head[1].requires_grad_(), head[2])
    by_weight, by_neuron = weight_sensitivity(*learning), neuron_sensitivity(*learning)
    assert (by_weight.shape, by_weight.dtype, by_weight.requires_grad) == ((7, 13), torch.float32, False)
    assert (by_neuron.shape, by_neuron.dtype, by_neuron.requires_grad) == ((13,), torch.float32, False)
    assert all(torch.equal(*pair) for pair in zip(head, before, strict=True))
    assert head[0].grad is None
    sums = sensitivity_sums(*head)
    assert (sums.weights.dtype, sums.neurons.dtype) == (torch.float64, torch.float64)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("sample", [0, CHUNK + 5])
def test_a_feature_that_is_not_finite_is_named(value, sample):
    features, weight, bias = random_head(samples=CHUNK + 10)
    features[sample, 3] = value
    with pytest.raises(
        InvalidDataError, match=rf"Expected `features` to be finite but entry \({sample}, 3\) is"
    ):
        weight_sensitivity(features, weight, bias)


def test_logits_that_overflow_are_told_from_bad_features():
    with pytest.raises(InvalidDataError, match=r"logits overflow float32\. Use a higher temperature"):
        weight_sensitivity(torch.full((1, 2), 1e30), torch.full((2, 2), 1e30), None)


@pytest.mark.parametrize("function", [weight_sensitivity, neuron_sensitivity])
def test_heads_features_and_settings_that_do_not_fit(function):
    features, weight, bias = random_head()
    with pytest.raises(InvalidDataError, match="Expected `features`"):
        function(features[:, 1:], weight, bias)
    with pytest.raises(InvalidDataError, match="at least one sample"):
        function(features[:0], weight, bias)
    with pytest.raises(InvalidDataError, match="Expected `bias`"):
        function(features, weight, bias[1:])
    with pytest.raises(InvalidSettingError, match="Expected `temperature`"):
        function(features, weight, bias, temperature=0)


def test_an_unknown_definition_is_refused_before_any_work():
    with pytest.raises(
        InvalidSettingError, match="Expected `definition` to be one of 'activation', 'weights'"
    ):
        neuron_sensitivity(torch.zeros(0, 0), torch.zeros(0, 0), None, definition="the paper's")
    with pytest.raises(InvalidSettingError, match="Expected `definition`"):
        sensitivity_sums(*random_head()).neuron_map("activations")
