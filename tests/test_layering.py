"""The walls between the rooms, read from the source: who may import whom. There is no exception."""

import ast
import subprocess
import sys

import pytest
from imports import DASHBOARD, ENGINE, ROOT, circle, graph, imports, label, name_of, reached

LAYERS = (
    "_version errors",
    "_utils data devices metrics store",
    "config conformal model_split scores user_code",
    "methods models pruning",
    "features scoring",
    "evaluation interpret sensitivity",
    "experiments toy",
    "labels",
    "diagnostics prepare",
    "explorer",
    "inference search threshold",
    "reports",
    "monitor",
    "comparison detector",
    "estimator",
    "integrations",
    "__init__ cli",
    "__main__",
)
"""The rooms of opnp from the bottom up. A room imports from lower layers only, never from its own."""

FLAT = "__init__ __main__ _version config devices errors explorer metrics models prepare pruning scores"
"""The files that lie in opnp itself: the spine. Everything else has a room."""

ARROWS = graph(ENGINE + DASHBOARD)
RUN = {**graph(ENGINE + DASHBOARD, for_types=False), "opnp": set()}
"""What code imports as it runs; `opnp` itself imports its public names only when they are asked for."""


def room(name: str) -> str | None:
    """'pruning' of 'opnp.pruning.prune'; None outside opnp."""
    parts = name.split(".")
    return None if parts[0] != "opnp" else parts[1] if len(parts) > 1 else "__init__"


def level(name: str) -> int:
    for height, rooms in enumerate(LAYERS):
        if name in rooms.split():
            return height
    return pytest.fail(f"Expected `{name}` to be one of the rooms in LAYERS. Add it where it belongs.")


def climbs(own: str, names: set[str]) -> set[str]:
    """Rooms imported by the room `own` that do not lie below it."""
    others = {other for other in map(room, names) if other}
    return {other for other in others if other != own and level(other) >= level(own)}


def test_nothing_lies_flat_in_the_engine_but_its_spine():
    assert {path.stem for path in (ROOT / "opnp").glob("*.py")} == set(FLAT.split())


@pytest.mark.parametrize("path", ENGINE, ids=label)
def test_imports_inside_the_engine_point_downwards(path):
    name = name_of(path)
    assert not climbs(str(room(name)), ARROWS[name])


def test_no_file_is_imported_by_what_it_imports():
    assert not circle(ARROWS)


@pytest.mark.parametrize("path", ENGINE, ids=label)
def test_the_engine_never_imports_the_dashboard(path):
    found = {name.partition(".")[0] for name in reached(ARROWS, name_of(path))}
    assert not found & {"streamlit", "app", "plotly"}


@pytest.mark.parametrize("path", [p for p in DASHBOARD if "charts" in p.parts], ids=label)
def test_charts_are_pure(path):
    found = {name.partition(".")[0] for name in reached(RUN, name_of(path))}
    assert not found & {"streamlit", "torch", "sklearn"}


def test_charts_run_without_torch():
    names = [name_of(path) for path in DASHBOARD if "charts" in path.parts]
    script = f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\n"
    script += "assert not {'torch', 'streamlit'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


@pytest.mark.parametrize("path", [p for p in DASHBOARD if p.parent.name != "cached"], ids=label)
def test_one_room_caches_for_streamlit(path):
    attributes = {
        node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
    }
    assert not attributes & {"cache_data", "cache_resource"}


# The reader of the source itself


@pytest.mark.parametrize(
    ("own", "names", "found"),
    [
        ("pruning", {"opnp.config"}, set()),
        ("scoring", {"opnp.scoring.tiles"}, set()),
        ("config", {"opnp.pruning"}, {"pruning"}),
        ("config", {"opnp"}, {"__init__"}),
        ("scores", {"opnp.model_split"}, {"model_split"}),
    ],
)
def test_climbing_is_seen(own, names, found):
    assert climbs(own, names) == found


def test_a_circle_is_seen():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert not circle({"a": {"b", "c"}, "b": {"c"}, "c": {"numpy"}})


def test_imports_of_imports_and_of_packages_are_seen():
    arrows = {"p": {"torch"}, "p.a": {"p.b"}, "p.b": {"numpy"}}
    assert reached(arrows, "p.a") == {"p", "p.a", "p.b", "torch", "numpy"}


def test_imports_for_types_alone_are_told_apart():
    tree = ast.parse(
        "if TYPE_CHECKING:\n    import torch\nelse:\n    import numpy\ndef f():\n    import json"
    )
    assert set(imports(tree)) == {"torch", "numpy", "json"}
    assert "torch" not in set(imports(tree, for_types=False))
