"""Checkpoints as people have them: the prefix that fits is found, and nothing is ever loaded in part."""

import logging
import re
from collections import OrderedDict

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from opnp.errors import InvalidDataError
from opnp.experiments.sources.weights.load import load_into, read_state


def net(seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            OrderedDict(
                body=nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)),
                neck=nn.Linear(4, 4),
                fc=nn.Linear(4, 2),
            )
        )


def under(prefix, state):
    return {f"{prefix}{key}": value for key, value in state.items()}


def wrapped(model, name):
    return nn.Sequential(OrderedDict([(name, model)]))


def same(model, state):
    own = model.state_dict()
    return all(torch.equal(own[key], state[key]) for key in state)


MINE, OTHER = net(1).state_dict(), net(2).state_dict()
CE = {"criterion.weight": torch.ones(2), "loss_fn.margin": torch.ones(1)}
BODY = {key: value for key, value in MINE.items() if not key.startswith("fc")}
HEAD = {key: value for key, value in MINE.items() if key.startswith("fc")}
ADAM = {
    "state": {0: {"step": torch.tensor(5.0), "exp_avg": torch.zeros(4, 3, 3, 3)}},
    "param_groups": [{"lr": 0.1}],
}

HELD = {
    "Lightning, model.": {
        "epoch": 3,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": {**under("model.", MINE), **CE},
        "callbacks": {"ModelCheckpoint{'monitor': 'x'}": {"best_model_score": torch.tensor(0.9)}},
        "optimizer_states": [ADAM],
        "hyper_parameters": {"lr": 0.1},
    },
    "Lightning, net.": {"state_dict": {**under("net.", MINE), **under("val_acc.", {"tp": torch.ones(2)})}},
    "Lightning, backbone.": {"state_dict": {**under("backbone.", MINE), "proj.weight": torch.ones(2, 9)}},
    "Lightning, the module itself": {"state_dict": {**MINE, **CE}},
    "a prefix that nobody has heard of": {"weights": {"run3": under("my_net_v2.inner.", MINE)}},
    "DDP": under("module.", MINE),
    "torch.compile": under("_orig_mod.", MINE),
    "both, then a wrapper": {"state_dict": under("module._orig_mod.model.", MINE)},
    "wrappers in the middle": {
        key.replace("body.", "body._orig_mod.").replace("neck.", "neck.module."): value
        for key, value in MINE.items()
    },
    "AveragedModel": {"n_averaged": torch.tensor(3), **under("module.", MINE)},
    "timm's training": {
        "epoch": 9,
        "arch": "net",
        "state_dict": MINE,
        "optimizer": ADAM,
        "state_dict_ema": OTHER,
        "metric": 0.7,
        "amp_scaler": {"scale": torch.tensor(2.0)},
    },
    "model_ema of torchvision's references": {
        "model": MINE,
        "model_ema": {"n_averaged": torch.tensor(3), **under("module.", OTHER)},
    },
    "ema first": {"ema": OTHER, "model": MINE},
    "ema_state_dict": {"ema_state_dict": OTHER, "model_state_dict": MINE},
    "ema in the same dict": {"state_dict": {**under("model.", MINE), **under("ema_model.module.", OTHER)}},
    "EMA alone": {"state_dict_ema": MINE, "optimizer": ADAM},
    "two equal sets": {"state_dict": MINE, "best": {key: value.clone() for key, value in MINE.items()}},
    "MMPretrain": {"meta": {"epoch": 3}, "state_dict": {**under("backbone.", BODY), **under("head.", HEAD)}},
    "a counter that old files lack": {k: v for k, v in MINE.items() if "num_batches" not in k},
    "counters of thop": {**MINE, "total_ops": torch.zeros(1), "body.total_params": torch.zeros(1)},
}


@pytest.mark.parametrize("name", HELD)
def test_the_weights_are_found_where_they_are(tmp_path, name):
    torch.save(HELD[name], tmp_path / "w.pth")
    model = net()
    load_into(model, read_state(tmp_path / "w.pth"), "w.pth")
    assert same(model, {key: value for key, value in MINE.items() if "num_batches" not in key})


@pytest.mark.parametrize("name", ["DDP", "AveragedModel", "wrappers in the middle"])
def test_the_same_holds_for_safetensors(tmp_path, name):
    save_file(HELD[name], tmp_path / "w.safetensors")
    model = net()
    load_into(model, read_state(tmp_path / "w.safetensors"), "w.safetensors")
    assert same(model, MINE)


@pytest.mark.parametrize("name", ["net", "model", "module", "wrapped.inner"])
@pytest.mark.parametrize("held", [MINE, under("module.", MINE), {"state_dict": under("backbone.", MINE)}])
def test_a_prefix_that_only_the_model_has_may_be_missing(tmp_path, name, held):
    torch.save(held, tmp_path / "w.pth")
    model = net()
    outer = model
    for part in name.split("."):
        outer = wrapped(outer, part)
    load_into(outer, read_state(tmp_path / "w.pth"), "w.pth")
    assert same(model, MINE)


class Outer(nn.Module):
    """A body without its last layer, and that layer beside it."""

    def __init__(self):
        super().__init__()
        self.backbone = net()
        self.backbone.fc = nn.Identity()
        self.fc = nn.Linear(4, 2)


def test_a_model_of_a_body_and_a_head_takes_the_file_of_a_plain_one(tmp_path):
    torch.save(MINE, tmp_path / "w.pth")
    model = Outer()
    load_into(model, read_state(tmp_path / "w.pth"), "w.pth")
    assert same(model.backbone, BODY)
    assert same(model.fc, {"weight": MINE["fc.weight"], "bias": MINE["fc.bias"]})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("timm's training", "moving average: `state_dict` is used, not `state_dict_ema`"),
        ("EMA alone", "a moving average of weights alone, `state_dict_ema`: it is used"),
        (
            "Lightning, backbone.",
            "14 tensors under `state_dict` › `backbone.` are used; left out: .*proj.weight",
        ),
        ("MMPretrain", "in two parts, `state_dict` › `backbone.` with `state_dict` › `head.`"),
    ],
)
def test_what_was_chosen_and_left_out_is_said(tmp_path, caplog, name, said):
    torch.save(HELD[name], tmp_path / "w.pth")
    said = said.replace("14", str(sum("num_batches" not in key for key in MINE)))
    with caplog.at_level(logging.WARNING, "opnp.experiments.sources"):
        notes = load_into(net(), read_state(tmp_path / "w.pth"), "w.pth")
    assert len(notes) == 1
    assert caplog.messages == list(notes)
    assert re.search(said, notes[0])


@pytest.mark.parametrize("name", ["DDP", "torch.compile", "two equal sets", "a counter that old files lack"])
def test_where_nothing_was_chosen_nothing_is_said(tmp_path, name):
    torch.save(HELD[name], tmp_path / "w.pth")
    assert load_into(net(), read_state(tmp_path / "w.pth"), "w.pth") == ()


@pytest.mark.parametrize(
    ("held", "both"),
    [
        ({"last": MINE, "best": OTHER}, "`best` and `last`"),
        (
            {"state_dict": {**under("student.", MINE), **under("teacher.", OTHER)}},
            "`student.` and .*`teacher.`",
        ),
        ({**MINE, **under("teacher.", OTHER)}, "the keys as they stand and `teacher.`"),
        ({"ema_1": MINE, "ema_2": OTHER}, "`ema_1` and `ema_2`"),
    ],
)
def test_two_sets_of_weights_that_differ_are_refused_with_the_way_out(tmp_path, monkeypatch, held, both):
    monkeypatch.chdir(tmp_path)
    torch.save(held, "w.pth")
    model = net()
    with pytest.raises(InvalidDataError, match=f"the weights of one model but .*{both} fit it") as refused:
        load_into(model, read_state(tmp_path / "w.pth"), "w.pth")
    assert same(model, net().state_dict())
    exec(str(refused.value).partition('python -c "')[2].partition('"')[0], {})  # noqa: S102
    load_into(model, read_state(tmp_path / "weights.pth"), "weights.pth")


def test_a_smaller_net_does_not_fit_into_the_file_of_a_larger_one(tmp_path):
    for held in (MINE, {"state_dict": under("model.", MINE)}):
        torch.save(held, tmp_path / "w.pth")
        small = net()
        small.neck = nn.Identity()
        with pytest.raises(
            InvalidDataError, match=r"it has unknown (model.)?neck.weight, (model.)?neck.bias"
        ):
            load_into(small, read_state(tmp_path / "w.pth"), "w.pth")


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            under("model.", {k: v for k, v in MINE.items() if k != "neck.bias"}),
            "under `model.`, it lacks neck.bias",
        ),
        (
            {
                **under("backbone.", BODY),
                **under("", {"head.weight": HEAD["fc.weight"], "head.bias": HEAD["fc.bias"]}),
            },
            "it lacks fc.weight, fc.bias.*",
        ),
        ({"ema": {"shadow_params": list(MINE.values())}}, "`shadow_params` are averages without names"),
        (
            {
                **{k: v for k, v in MINE.items() if k != "fc.weight"},
                "fc.weight_g": torch.ones(2, 1),
                "fc.weight_v": torch.ones(2, 4),
            },
            "trained with weight_norm",
        ),
        (
            {
                **{k: v for k, v in MINE.items() if "fc" not in k},
                "out.weight": HEAD["fc.weight"],
                "out.bias": HEAD["fc.bias"],
            },
            "the same layer under another name, save out.weight as fc.weight, out.bias as fc.bias",
        ),
        ({"w": torch.ones(2)}, r"it lacks body.0.weight, .* it has unknown w\. Choose the architecture"),
    ],
)
def test_what_does_not_fit_is_refused_key_by_key(tmp_path, held, said):
    torch.save(held, tmp_path / "w.pth")
    model = net()
    with pytest.raises(InvalidDataError, match=said):
        load_into(model, read_state(tmp_path / "w.pth"), "w.pth")
    assert same(model, net().state_dict())
