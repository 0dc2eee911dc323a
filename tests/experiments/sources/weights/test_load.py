import collections

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from opnp.errors import InvalidDataError
from opnp.experiments.sources.weights.load import is_whole, load_into, read_state


def model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(
            collections.OrderedDict(body=nn.Conv2d(3, 4, 3), norm=nn.BatchNorm2d(4), fc=nn.Linear(4, 2))
        )


def prefixed(state, prefix):
    return {f"{prefix}{key}": value for key, value in state.items()}


WRAPPERS = {
    "plain": lambda state: state,
    "state_dict": lambda state: {"epoch": 7, "state_dict": state, "best": 0.9},
    "model": lambda state: {"model": state, "optimizer": {"lr": 0.1}},
    "nested": lambda state: {"model": {"state_dict": state}},
    "parallel": lambda state: prefixed(state, "module."),
    "lightning": lambda state: {"state_dict": prefixed(state, "model.")},
    "compiled": lambda state: prefixed(prefixed(state, "module."), "_orig_mod."),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_common_wrappers_are_understood(tmp_path, wrapper, suffix):
    wrapped = WRAPPERS[wrapper](dict(model().state_dict()))
    file = tmp_path / f"w{suffix}"
    if suffix == ".pth":
        torch.save(wrapped, file)
    elif all(map(torch.is_tensor, wrapped.values())):
        save_file(wrapped, file)
    else:
        pytest.skip("safetensors holds tensors alone")
    other = model()
    nn.init.zeros_(other.fc.weight)
    load_into(other, read_state(file), file.name)
    assert all(
        torch.equal(a, b)
        for a, b in zip(other.state_dict().values(), model().state_dict().values(), strict=True)
    )


def test_a_models_own_name_is_no_prefix():
    outer = nn.ModuleDict({"model": model()})
    state = {key: value + 1 for key, value in outer.state_dict().items()}
    load_into(outer, state, "w.pth")
    assert all(torch.equal(value, state[key]) for key, value in outer.state_dict().items())


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_half_a_file_is_not_taken_for_whole(tmp_path, suffix):
    file = tmp_path / f"w{suffix}"
    assert not is_whole(file)
    state = dict(model().state_dict())
    torch.save(state, file) if suffix == ".pth" else save_file(state, file)
    assert is_whole(file)
    file.write_bytes(file.read_bytes()[:-100])
    assert not is_whole(file)
    with pytest.raises(InvalidDataError, match="torn"):
        read_state(file)


@pytest.mark.parametrize(
    ("held", "got"),
    [
        ([1, 2], "no dict"),
        ({"epoch": 1, "lr": 0.1}, "the keys epoch, lr"),
        ({}, "no keys"),
        ({"fc.weight": np.zeros((2, 4))}, "the keys fc.weight"),
    ],
)
def test_a_file_without_a_tensor_by_name(tmp_path, held, got):
    torch.save(held, tmp_path / "w.pth")
    with pytest.raises(
        InvalidDataError, match=rf"to hold a state dict, .* but got {got} and no tensor by name"
    ):
        read_state(tmp_path / "w.pth")


def test_a_file_that_refers_to_itself_is_read_once(tmp_path):
    held = {"model": dict(model().state_dict())}
    held["again"] = held["model"]["self"] = held
    torch.save(held, tmp_path / "w.pth")
    load_into(model(), read_state(tmp_path / "w.pth"), "w.pth")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.pop("fc.bias"), "it lacks fc.bias"),
        (
            lambda s: s.update({"head.weight": torch.zeros(1)}),
            "and no more, but it has unknown head.weight; all 8 keys of the model are there",
        ),
        (
            lambda s: s.update({"fc.weight": torch.zeros(2, 4, dtype=torch.int8)}),
            r"it has fc.weight as torch.int8 instead of torch.float32",
        ),
        (
            lambda s: s.update({"fc.weight": torch.zeros(5, 4)}),
            r"it has fc.weight \(5, 4\) instead of \(2, 4\)",
        ),
        (
            lambda s: [s.pop(k) for k in list(s)[:5]],
            "it lacks body.weight, body.bias, norm.weight and 2 more",
        ),
    ],
)
def test_a_mismatch_names_the_keys(change, said):
    state = dict(model().state_dict())
    change(state)
    with pytest.raises(
        InvalidDataError, match=rf"`w.pth` to hold the weights of Sequential (?:but )?{said}.*trained with"
    ):
        load_into(model(), state, "w.pth")


def test_counters_that_old_files_lack_are_no_mismatch():
    state = {key: value for key, value in model().state_dict().items() if "num_batches" not in key}
    load_into(model(), state, "w.pth")
