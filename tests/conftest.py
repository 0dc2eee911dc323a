"""What all tests share: one tiny analytic head, Gaussian blobs and a small net trained on them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from hypothesis import settings
from torch import nn

BROWSER = "tests/browser/"
collect_ignore = ["pretend_device.py", "on_the_stand_in.py"]  # a device is registered for a whole process
settings.register_profile("seeded", deadline=None, derandomize=True, database=None)
settings.load_profile("seeded")
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


@dataclass(frozen=True)
class Head:
    """A last layer with features for it."""

    features: torch.Tensor
    weight: torch.Tensor
    bias: torch.Tensor


@dataclass(frozen=True)
class Blobs:
    """Four Gaussian blobs in the plane for ID; a ring of points between and beyond them for OOD."""

    train: torch.Tensor
    train_labels: torch.Tensor
    test: torch.Tensor
    test_labels: torch.Tensor
    ood: torch.Tensor


class SmallNet(nn.Module):
    """Points of the plane to four logits over 16 features."""

    def __init__(self, activation: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 16), activation)
        self.fc = nn.Linear(16, 4)

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        return self.fc(self.body(points))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Draw the same random numbers in a test whatever ran before it."""
    torch.manual_seed(0)


def pytest_collectstart() -> None:
    """Draw the same numbers for what a file makes while it is read."""
    torch.manual_seed(0)


def pytest_configure(config: pytest.Config) -> None:
    """With `-p no:xdist` pytest knows no scheduler, and would refuse a hook that makes one."""
    if config.pluginmanager.hasplugin("xdist"):
        import one_browser

        config.pluginmanager.register(one_browser)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What drives the browser comes first, because it takes longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


@pytest.fixture(scope="session")
def fashion_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the embedded experiment, computed once for all workers. Write to a copy of it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, making = shared / "fashion-cache", shared / "fashion-cache-in-the-making"
    with FileLock(shared / "fashion-cache.lock"):
        if not folder.exists():
            prepare = ("-m", "opnp", "evaluate", "fashion", "--device", "cpu", "--cache", str(making))
            subprocess.run([sys.executable, *prepare], check=True, stdout=subprocess.DEVNULL)
            making.rename(folder)
    return folder


@pytest.fixture
def analytic() -> Head:
    """Two classes, three features, p = (1/2, 1/2) by symmetry: every map can be written down by hand."""
    return Head(
        features=torch.tensor([[1.0, -2.0, 0.0], [3.0, -2.0, 0.0]]),
        weight=torch.tensor([[1.0, 0.0, 5.0], [1.0, 0.0, -3.0]]),
        bias=torch.tensor([0.5, 0.5]),
    )


@pytest.fixture(scope="session")
def blobs() -> Blobs:
    generator = torch.Generator().manual_seed(7)
    centres = torch.tensor([[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]])

    def draw(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        labels = torch.arange(4).repeat_interleave(count)
        return centres[labels] + 0.5 * torch.randn(4 * count, 2, generator=generator), labels

    train, train_labels = draw(100)
    test, test_labels = draw(50)
    ood = 0.4 * torch.randn(150, 2, generator=generator)
    return Blobs(train, train_labels, test, test_labels, ood)


def _trained(blobs: Blobs, activation: nn.Module) -> SmallNet:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        net = SmallNet(activation)
        optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
        for _ in range(150):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(blobs.train), blobs.train_labels).backward()
            optimiser.step()
    net.zero_grad()
    return net.eval()


@pytest.fixture(scope="session", params=["relu", "gelu"])
def trained_net(request: pytest.FixtureRequest, blobs: Blobs) -> SmallNet:
    """A net that tells the blobs apart; with GELU some of its features are negative."""
    return _trained(blobs, nn.ReLU() if request.param == "relu" else nn.GELU())


@pytest.fixture(scope="session")
def trained_head(trained_net: SmallNet, blobs: Blobs) -> Head:
    """The trained net's last layer with the features of the training points."""
    with torch.no_grad():
        features = trained_net.body(blobs.train)
    return Head(features, trained_net.fc.weight.detach(), trained_net.fc.bias.detach())


@pytest.fixture(scope="module")
def explorer(trained_net: SmallNet, blobs: Blobs, tmp_path_factory: pytest.TempPathFactory):
    """The toy experiment, prepared once a module: points of the plane under a small net."""
    from toy_explorer import toy_explorer

    return toy_explorer(trained_net, blobs, tmp_path_factory.mktemp("cache"))
