"""What `import opnp` offers: light to import, complete, the same names for people and for type checkers."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import opnp

ROOT = Path(opnp.__file__).parent


def alone(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_it_imports_nothing_heavy():
    loaded = alone("import opnp, sys; print(*sys.modules)").split()
    assert not {"torch", "numpy", "sklearn", "scipy"} & set(loaded)


@pytest.mark.parametrize("name", opnp.__all__)
def test_every_public_name_is_there_and_documented(name):
    thing = getattr(opnp, name)
    assert isinstance(thing, str) or thing.__doc__
    assert name in dir(opnp)


def test_submodules_come_when_they_are_asked_for():
    words = "import opnp; print(opnp.pruning.prune.__name__, opnp.methods.METHODS['react'].title)"
    assert alone(words) == "prune ReAct\n"
    rooms = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {name for name in rooms if not name.startswith("_") and name != "cli"} <= set(dir(opnp))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'opnp' has no attribute 'prun'"):
        _ = opnp.prun


def test_type_checkers_see_the_same_names():
    tree = ast.parse((ROOT / "__init__.py").read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = {(alias.name, node.module) for node in block.body for alias in node.names}
    assert {name for name, _ in typed} | {"__version__"} == set(opnp.__all__)
    for name, module in typed:
        assert getattr(opnp, name) is getattr(sys.modules[module], name)


def test_help_is_worth_reading():
    words = alone("import opnp, pydoc; print(pydoc.render_doc(opnp, renderer=pydoc.plaintext))")
    for part in ("opnp.OPNP(model, weights=(0, 99)", "class OPNP", "fpr95(", "pytorch-ood and OpenOOD"):
        assert part in words
