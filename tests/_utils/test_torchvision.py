import subprocess
import sys

PRELUDE = "import sys, torch\nfrom opnp._utils import torchvision as compat\n"


def run(script):
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + script], capture_output=True, text=True, timeout=300
    )


def test_what_we_use_of_torchvision_imports_after_it():
    script = """
torchvision = compat.import_torchvision()
from torchvision import datasets, models
from torchvision.transforms import v2
assert compat.import_torchvision() is torchvision is sys.modules["torchvision"]
assert len(compat._declared) <= 1
assert v2.Resize(4)(torch.zeros(1, 8, 8)).shape == (1, 4, 4)
assert models.resnet18(weights=None).fc.out_features == 1000
print(datasets.FashionMNIST.__name__)
"""
    done = run(script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "FashionMNIST"


def test_nothing_is_declared_where_the_operators_are_there():
    script = """
try:
    import torchvision
except RuntimeError:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    there = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        there.define(operator + compat._SCHEMA)
assert compat.import_torchvision().__name__ == "torchvision"
print(compat._declared)
"""
    done = run(script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_another_failure_is_passed_on(tmp_path):
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('of another kind')\n")
    script = f"""
sys.path.insert(0, {str(tmp_path)!r})
try:
    compat.import_torchvision()
except RuntimeError as error:
    print(error, compat._declared)
"""
    done = run(script)
    assert done.stdout.strip() == "of another kind []", done.stderr


def test_code_that_is_not_ours_imports_torchvision_after_the_preparation():
    script = """
assert compat.prepare_torchvision() is None
from torchvision import transforms
from torchvision.ops import nms
print(transforms.ToTensor.__name__)
"""
    done = run(script)
    assert done.stdout.strip() == "ToTensor", done.stderr


def test_the_preparation_leaves_other_failures_to_the_code_that_meets_them(tmp_path):
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('of another kind')")
    done = run(f"sys.path.insert(0, {str(tmp_path)!r})\nprint(compat.prepare_torchvision())")
    assert done.stdout.strip() == "None", done.stderr


def test_without_torchvision_the_preparation_does_nothing():
    script = """
import importlib.util
importlib.util.find_spec = lambda name: None
print(compat.prepare_torchvision(), "torchvision" in sys.modules)
"""
    done = run(script)
    assert done.stdout.strip() == "None False", done.stderr
