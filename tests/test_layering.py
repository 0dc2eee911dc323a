"""The walls between the rooms, read from the source: who may import whom, and what nobody may do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = sorted((ROOT / "opnp").rglob("*.py"))
DASHBOARD = sorted((ROOT / "app").rglob("*.py"))

LAYERS = (
    "errors plain_csv remarks torchvision_compat seen versions",
    "devices foreign",
    "checks",
    "config store splitting",
    "datasets images models",
    "own_code",
    "bundle",
    "experiment",
    "embedded extraction",
    "sources",
    "experiment_file",
    "catalog",
    "fetch number_names",
    "classes",
    "features label_check duplicates",
    "called_by_numbers shared_rows",
    "labelling",
    "sensitivity",
    "stored_maps kept_features pruning rectify scores metrics attribution driving nearest",
    "rescore intervals binning nudge distribution methods",
    "live sweep evaluation marginals toy",
    "prepared",
    "explorer kept understood",
    "choosing figures headline judging threshold",
    "tuning own_set",
    "landscape",
    "search holdout",
    "benchmark",
    "results markdown",
    "detector comparison",
    "commands",
    "cli",
    "__main__",
)
"""The rooms of opnp from the bottom up. A room imports from lower layers only, never from its own."""

LATE = {("experiment", "catalog")}
"""Upward imports that are allowed inside a function: the list of experiments lies above what they are of."""

UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
SENDS_CODE = ROOT / "opnp" / "extraction" / "sending.py"
"""The one file that may use cloudpickle: for its own child processes, never for what lies on a disk."""
UNSAFE_CALLS = {
    "torch.load",
    "torch.save",
    "pd.read_pickle",
    "pandas.read_pickle",
    "eval",
    "exec",
    "__import__",
}

TORCHS_OWN = {"torch.cuda", "torch.backends.mps"}


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    """Full names of everything imported anywhere below `tree`, also inside functions or by a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "importlib.import_module",
            "import_module",
        ):
            yield from (str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant))


def unsafe(tree: ast.AST) -> Iterator[str]:
    for name in imports(tree):
        if name.partition(".")[0] in UNSAFE_MODULES or name in UNSAFE_CALLS:
            yield name
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if ast.unparse(node.func) in UNSAFE_CALLS and not loads_tensors_only(node):
                yield ast.unparse(node.func)
            yield from (
                "allow_pickle"
                for keyword in node.keywords
                if keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False"
            )


def device_names(tree: ast.AST) -> Iterator[str]:
    """Questions of a device by its name; "cpu" alone is a place to put things, which any module may name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            asked = node.value in ("cuda", "mps", "xpu")
        elif isinstance(node, ast.Compare):
            asked = any(ast.unparse(side).endswith("device.type") for side in (node.left, *node.comparators))
        else:
            asked = isinstance(node, ast.Attribute) and ast.unparse(node) in TORCHS_OWN
        if asked:
            yield ast.unparse(node)


def loads_tensors_only(call: ast.Call) -> bool:
    """Whether it is torch.load with weights_only=True written out."""
    keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    return ast.unparse(call.func) == "torch.load" and keywords.get("weights_only") == "True"


def room(name: str) -> str | None:
    """'pruning' of 'opnp.pruning.prune'; None outside opnp."""
    parts = name.split(".")
    return parts[1] if parts[0] == "opnp" and len(parts) > 1 else None


def level(name: str) -> int:
    for height, rooms in enumerate(LAYERS):
        if name in rooms.split():
            return height
    return pytest.fail(f"Expected `{name}` to be one of the rooms in LAYERS. Add it where it belongs.")


def climbs(own: str, tree: ast.Module) -> Iterator[str]:
    """Rooms imported by the room `own` that do not lie below it."""
    loose = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    top = {room(name) for node in loose for name in imports(node)}
    for other in {other for other in map(room, imports(tree)) if other}:
        late = (own, other) in LATE and other not in top
        if other != own and level(other) >= level(own) and not late:
            yield other


@pytest.mark.parametrize("path", ENGINE, ids=label)
def test_the_engine_never_imports_the_dashboard(path):
    found = {name.partition(".")[0] for name in imports(ast.parse(path.read_text()))}
    assert not found & {"streamlit", "app", "plotly"}


@pytest.mark.parametrize("path", [p for p in ENGINE if p != ROOT / "opnp" / "__init__.py"], ids=label)
def test_imports_inside_the_engine_point_downwards(path):
    own = path.relative_to(ROOT / "opnp").parts[0].removesuffix(".py")
    assert not list(climbs(own, ast.parse(path.read_text())))


@pytest.mark.parametrize("path", ENGINE + DASHBOARD, ids=label)
def test_nothing_relative_nothing_that_runs_foreign_code(path):
    tree = ast.parse(path.read_text())
    assert not [name for name in imports(tree) if name.startswith(".")]
    assert set(unsafe(tree)) <= ({"cloudpickle"} if path == SENDS_CODE else set())


@pytest.mark.parametrize("path", [p for p in DASHBOARD if "charts" in p.parts], ids=label)
def test_charts_are_pure(path):
    found = {name.partition(".")[0] for name in imports(ast.parse(path.read_text()))}
    assert not found & {"streamlit", "torch", "sklearn"}


@pytest.mark.parametrize("path", [p for p in DASHBOARD if p.parent.name != "cached"], ids=label)
def test_one_room_caches_for_streamlit(path):
    attributes = {
        node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
    }
    assert not attributes & {"cache_data", "cache_resource"}


@pytest.mark.parametrize("path", [p for p in ENGINE + DASHBOARD if p.name != "devices.py"], ids=label)
def test_one_module_knows_devices_by_name(path):
    assert not list(device_names(ast.parse(path.read_text())))


@pytest.mark.parametrize("path", ENGINE + DASHBOARD, ids=label)
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300


# The reader of the source itself


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "def f():\n    import joblib",
        "import importlib\nimportlib.import_module('pickle')",
        "import torch\ntorch.load('x')",
        "import torch\ntorch.load('x', weights_only=False)",
        "from torch import load",
        "eval('1')",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "__import__('pickle')",
    ],
)
def test_what_is_unsafe_is_seen(source):
    assert list(unsafe(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "model.eval()",
        "torch.load('x', weights_only=True)",
        "import numpy as np\nnp.load('x', allow_pickle=False)",
    ],
)
def test_what_is_safe_is_let_through(source):
    assert not list(unsafe(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "best = 'cuda'",
        "import torch\nthere = torch.cuda.is_available()",
        "import torch\nthere = torch.backends.mps.is_available()",
        "quick = weight.device.type == 'cpu'",
        "quick = 'cpu' != device.type",
    ],
)
def test_a_question_of_a_device_by_its_name_is_seen(source):
    assert list(device_names(ast.parse(source)))


def test_a_move_to_the_cpu_is_let_through():
    assert not list(device_names(ast.parse("here = tensor.to('cpu')\nkind = str(device)")))


@pytest.mark.parametrize(
    ("own", "source", "found"),
    [
        ("pruning", "from opnp.config import Pruning", []),
        ("live", "from opnp.scoring.tiles import Tile", []),
        ("config", "from opnp.pruning import prune", ["pruning"]),
        ("config", "def f():\n    from opnp import pruning", ["pruning"]),
        ("scores", "from opnp.metrics import ece", ["metrics"]),
        ("experiment", "def f():\n    from opnp.experiments.registry import x", []),
        ("experiment", "from opnp.experiments.registry import x", ["catalog"]),
    ],
)
def test_climbing_is_seen(own, source, found):
    assert list(climbs(own, ast.parse(source))) == found
