"""Models as strangers bring them: the text of a file with one factory a model."""

NETS = """
import dataclasses
import random
import types
import typing

import torch
from torch import nn
from torch.nn import functional as F


def tensor(image):
    import numpy as np

    pixels = torch.from_numpy(np.asarray(image).copy()).float() / 255
    return pixels[None] if pixels.ndim == 2 else pixels.permute(2, 0, 1)


class Net(nn.Module):
    def __init__(self, channels=3, classes=3):
        super().__init__()
        self.conv = nn.Conv2d(channels, 4, 3)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(4 * 36, classes)

    def body(self, x):
        return F.relu(self.conv(x)).flatten(1)

    def forward(self, x):
        return self.end(self.fc(self.drop(self.body(x))))

    def end(self, logits):
        return logits


class Squeezes(Net):
    def end(self, logits):
        return logits.squeeze()


class SqueezesInside(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.fc = nn.Conv2d(3, 5, 3), nn.BatchNorm1d(5), nn.Linear(5, 3)

    def forward(self, x):
        return self.fc(self.norm(self.conv(x).mean((2, 3), keepdim=True).squeeze()))


class Mixed(Net):
    def forward(self, x):
        return self.fc(self.body(x).float())


class Mapping(Net):
    def end(self, logits):
        return {"logits": logits, "loss": None}


class Output(typing.NamedTuple):
    loss: object
    logits: object


@dataclasses.dataclass
class Record:
    logits: object
    hidden: object = None


class Named(Net):
    def end(self, logits):
        return Output(None, logits)


class Recorded(Net):
    def end(self, logits):
        return Record(logits)


class Held(Net):
    def end(self, logits):
        return types.SimpleNamespace(logits=logits)


class OneEntry(Net):
    def end(self, logits):
        return {"out": logits}


class NoLogits(Net):
    def end(self, logits):
        return Record(None, logits)


class Asks(Net):
    def body(self, x):
        raise ValueError("what is this (really.)?")


class Convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.wide = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 3, 8)

    def forward(self, x):
        logits = self.wide(self.conv(x)).flatten(1)
        assert logits.shape[1] == 3, "three?"
        return logits


class Pair(Net):
    def end(self, logits):
        return logits, None


class Four(Net):
    def body(self, x):
        return F.relu(self.conv(x)).view(4, -1)


class Raises(Net):
    def body(self, x):
        return {}["nothing"]


class One(Net):
    def body(self, x):
        return F.relu(self.conv(x)).view(1, -1)


class NoGrey(Net):
    def body(self, x):
        if (x[:, 0] == x[:, 1]).flatten(1).all(1).any():
            raise ValueError("a grey picture")
        return super().body(x)


class Sizes(Net):
    def __init__(self, *refused):
        super().__init__()
        self.refused = refused

    def body(self, x):
        if len(x) in self.refused:
            raise MemoryError(f"no room for {len(x)}")
        return super().body(x)


class LateStart(Net):
    started = False

    def body(self, x):
        if not self.started:
            type(self).started = True
            raise ValueError("not yet")
        return super().body(x)


class LogSoftmax(Net):
    def end(self, logits):
        return logits.log_softmax(1)


class Functional(Net):
    def forward(self, x):
        return F.linear(self.body(x), self.fc.weight, self.fc.bias)


class AlwaysDrops(Net):
    def body(self, x):
        return F.dropout(super().body(x), 0.5)


class Noisy(Net):
    def __init__(self, noise, level=0.0):
        super().__init__()
        self.noise, self.level = noise, level

    def end(self, logits):
        return logits + self.level + self.noise * torch.randn_like(logits)


class Batchwise(Net):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(4, track_running_stats=False)

    def body(self, x):
        return self.norm(self.conv(x)).flatten(1)


class Centred(Net):
    def body(self, x):
        return super().body(x) - super().body(x).mean(0)


class Leaks(Net):
    def body(self, x):
        return super().body(x) + 1e-3 * super().body(x).mean(0)


class Cancels(Net):
    def body(self, x):  # rounds otherwise in every size of batch, and depends on none
        return super().body(x) + 100 * len(x) - 100 * len(x)


class CancelsInFloat(Cancels):
    def body(self, x):
        return super().body(x.float())


class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten()))
        self.fc = nn.Linear(144, 3)

    def forward(self, x):
        return self.fc(self.body(x))


def head_replaced(change):
    net = Net()
    net.fc = change(net.fc)
    return net


def mixed_net():
    net = Mixed()
    net.conv.half()
    return net


def on_meta():
    with torch.device("meta"):
        return Net()


WORK = {
    "fixed": lambda: Net(),
    "grey": lambda: Net(1),
    "training": lambda: Net().train(),
    "half": lambda: Net().half(),
    "bfloat16": lambda: Net().bfloat16(),
    "double": lambda: Net().double(),
    "mixed": mixed_net,
    "squeezes": Squeezes,
    "squeezes_inside": SqueezesInside,
    "mapping": Mapping,
    "named": Named,
    "recorded": Recorded,
    "held": Held,
    "one_entry": OneEntry,
    "parallel": lambda: nn.DataParallel(Net()),
    "scripted_inside": Scripted,
    "cancels": Cancels,
    "weight_norm": lambda: head_replaced(nn.utils.weight_norm),
    "spectral_norm": lambda: head_replaced(nn.utils.spectral_norm),
    "parametrised": lambda: head_replaced(nn.utils.parametrizations.weight_norm),
}
REFUSED = {
    "four": Four,
    "one": One,
    "one_in_half": lambda: One().half(),
    "no_grey": NoGrey,
    "three_at_most": lambda: Sizes(4, 5),
    "three_at_least": lambda: Sizes(1, 2),
    "late_start": LateStart,
    "asks": Asks,
    "convolution": Convolution,
    "raises": Raises,
    "pair": Pair,
    "no_logits": NoLogits,
    "scripted": lambda: torch.jit.script(Net()),
    "traced": lambda: torch.jit.trace(Net().eval(), torch.rand(2, 3, 8, 8)),
    "sigmoid": lambda: Net(classes=1),
    "log_softmax": LogSoftmax,
    "functional": Functional,
    "drops": AlwaysDrops,
    "noisy": lambda: Noisy(1.0),
    "hardly_noisy": lambda: Noisy(2e-3, 5.0),
    "noisy_and_positive": lambda: Noisy(1e-3, 20.0),
    "batchwise": Batchwise,
    "centred": Centred,
    "leaks": Leaks,
    "cancels_in_float": CancelsInFloat,
    "lazy": lambda: head_replaced(lambda _: nn.LazyLinear(3)),
    "quantised": lambda: torch.ao.quantization.quantize_dynamic(Net().eval(), {nn.Linear}),
    "meta": on_meta,
}
for name, build in {**WORK, **REFUSED}.items():
    globals()[name] = lambda build=build: (build(), tensor)


def augmented():
    from opnp._utils.torchvision import import_torchvision

    import_torchvision()
    from torchvision import transforms

    return Net(), transforms.Compose([transforms.RandomResizedCrop(8), transforms.ToTensor()])


def seldom():
    return Net(), lambda image: tensor(image) * (1 if random.random() > 0.1 else 2)


def draws_in_vain():
    return Net(), lambda image: tensor(image) + 0 * torch.rand(1)


def fails():
    return Net(), lambda image: {}[image.size]


def gives_an_array():
    return Net(), lambda image: tensor(image).numpy()


def bytes_for_pixels():
    return Net(), lambda image: tensor(image) * 255


def constant():
    return Net(), lambda image: torch.zeros(3, 8, 8)


def batch_axis():
    return Net(), lambda image: tensor(image)[None]


def wide():
    return Net(), lambda image: tensor(image.resize((9, 9)))


def a_classifier():
    from opnp.models import split

    example = torch.rand(4, 3, 8, 8)
    return split(AlwaysDropsLater(), example, transform=tensor, transform_id="own")


class AlwaysDropsLater(Batchwise):
    pass
"""
