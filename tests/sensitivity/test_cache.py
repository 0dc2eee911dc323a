from dataclasses import replace

import pytest
import torch
from bounds import assert_within, maps
from extraction_toy import SETTINGS, SeededImages, classifier, image_set
from hypothesis import given
from hypothesis import strategies as st

from opnp.errors import InvalidDataError
from opnp.features import Processes, extract_to_disk
from opnp.features.manifest import ExtractionManifest
from opnp.sensitivity.cache import out_of_core_sums
from opnp.sensitivity.gradients import (
    SensitivitySums,
    neuron_sensitivity,
    sensitivity_sums,
    sums_of_parts,
    weight_sensitivity,
)

NET = classifier()


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps") / "f"
    return extract_to_disk(NET, image_set(SeededImages(203)), folder, SETTINGS)


def close(
    got: SensitivitySums, wanted: SensitivitySums, features: torch.Tensor, temperature: float = 1.0
) -> None:
    """Both are right to the rounding of float32 sums over a chunk."""
    assert got.count == wanted.count == len(features)
    bound = maps(features, NET.weight, NET.bias, temperature)
    assert_within(got.weight_map(), wanted.weight_map(), 2 * bound.weights)
    assert_within(got.neurons / got.count, wanted.neurons / got.count, 2 * bound.activation)


def test_streamed_from_disk_it_is_the_map_of_all_features_in_memory(stored):
    features = stored.load().features
    close(
        out_of_core_sums(stored, NET.weight, NET.bias, temperature=2),
        sensitivity_sums(features, NET.weight, NET.bias, temperature=2),
        features,
        temperature=2,
    )


def test_half_precision_on_disk_is_computed_in_float32(tmp_path, stored):
    settings = replace(SETTINGS, format="float16")
    half = extract_to_disk(NET, image_set(SeededImages(203)), tmp_path / "h", settings)
    features = half.load().features
    assert features.dtype == torch.float32
    assert not torch.equal(features, stored.load().features)
    ours = out_of_core_sums(half, NET.weight, NET.bias)
    close(ours, sensitivity_sums(features, NET.weight, NET.bias), features)


def test_the_shares_of_any_number_of_processes_add_up_to_the_whole(stored, monkeypatch):
    monkeypatch.setattr(Processes, "add", lambda _, values: values)
    whole = out_of_core_sums(stored, NET.weight, NET.bias)
    for size in (2, 3, 9):  # 9 processes for 6 chunks: some have none
        shares = [
            out_of_core_sums(stored, NET.weight, NET.bias, processes=Processes(rank, size))
            for rank in range(size)
        ]
        total = SensitivitySums(
            sum(share.weights for share in shares),
            sum(share.neurons for share in shares),
            sum(share.count for share in shares),
        )
        close(total, whole, stored.load().features)


def test_no_sample_is_an_error(stored):
    nothing = ExtractionManifest(stored.manifest.request, (0,) * 6)
    with pytest.raises(InvalidDataError, match="at least one image"):
        out_of_core_sums(replace(stored, manifest=nothing), NET.weight, NET.bias)


@given(
    count=st.integers(1, 3000),
    width=st.integers(1, 40),
    classes=st.integers(1, 30),
    cut=st.floats(0, 1),
    seed=st.integers(0, 1000),
)
def test_maps_do_not_depend_on_batches_or_order(count, width, classes, cut, seed):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(count, width, generator=generator)
    features[torch.rand(count, width, generator=generator) < 0.3] = 0
    weight, bias = torch.randn(classes, width, generator=generator), torch.randn(classes, generator=generator)
    whole = sensitivity_sums(features, weight, bias)

    shuffled = sensitivity_sums(features[torch.randperm(count, generator=generator)], weight, bias)
    bound = maps(features, weight, bias)
    assert_within(shuffled.weight_map(), whole.weight_map(), 2 * bound.weights)
    assert_within(shuffled.neurons / count, whole.neurons / count, 2 * bound.activation)

    at = int(cut * count)
    if 0 < at < count:
        parts = sums_of_parts([features[:at], features[at:]], weight, bias)
        assert_within(parts.weight_map(), whole.weight_map(), 2 * bound.weights)
        assert_within(parts.neurons / count, whole.neurons / count, 2 * bound.activation)


def test_the_weight_map_alone_is_that_of_both():
    features = torch.randn(3000, 24, generator=torch.Generator().manual_seed(0))
    bound = maps(features, NET.weight, NET.bias)
    sums = sensitivity_sums(features, NET.weight, NET.bias)
    assert_within(weight_sensitivity(features, NET.weight, NET.bias), sums.weight_map(), 2 * bound.weights)
    neurons = neuron_sensitivity(features, NET.weight, NET.bias, definition="weights")
    assert_within(neurons, features.double().abs().mean(0) / 5, bound.by_weights)
