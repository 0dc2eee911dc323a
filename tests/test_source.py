"""What no source may do: run foreign code, ask for a device by its name, grow long."""

import ast
from collections.abc import Iterator

import pytest
from imports import DASHBOARD, ENGINE, ROOT, imports, label

UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
SENDS_CODE = ROOT / "opnp" / "features" / "serialization.py"
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


@pytest.mark.parametrize("path", ENGINE + DASHBOARD, ids=label)
def test_nothing_relative_nothing_that_runs_foreign_code(path):
    tree = ast.parse(path.read_text())
    assert not [name for name in imports(tree) if name.startswith(".")]
    assert set(unsafe(tree)) <= ({"cloudpickle"} if path == SENDS_CODE else set())


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
