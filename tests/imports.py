"""Read from the source who imports whom: the graph that the tests of the walls look at."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENGINE = sorted((ROOT / "opnp").rglob("*.py"))
DASHBOARD = sorted((ROOT / "app").rglob("*.py"))


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def name_of(path: Path) -> str:
    """'opnp.store' of opnp/store/__init__.py."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST, *, for_types: bool = True) -> Iterator[str]:
    """Full names of everything imported anywhere below `tree`, also inside functions or by a constant.

    Without `for_types`, what stands below `if TYPE_CHECKING` is left out: it is never run.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "importlib.import_module",
            "import_module",
        ):
            yield from (str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not for_types:
            continue
        yield from imports(node, for_types=for_types)


def graph(paths: list[Path], *, for_types: bool = True) -> dict[str, set[str]]:
    """Each file's name to what it imports: other files of `paths` by their names, the rest as it is written.

    To import a file also runs the `__init__.py` of the packages that it lies in.
    """
    own = {name_of(path) for path in paths}
    found = {}
    for path in paths:
        name = name_of(path)
        arrows = set()
        for full in imports(ast.parse(path.read_text()), for_types=for_types):
            module = full if full in own else full.rpartition(".")[0]
            arrows.add(module if module in own else full)
        found[name] = arrows - {name}
    return found


def packages_above(name: str) -> set[str]:
    """'opnp' and 'opnp.store' of 'opnp.store.keys'."""
    parts = name.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}


def reached(arrows: Mapping[str, set[str]], start: str) -> set[str]:
    """Everything that importing `start` imports, through imports of imports."""
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += arrows.get(name, set()) | (packages_above(name) & set(arrows))
    return seen


def circle(arrows: Mapping[str, set[str]]) -> list[str]:
    """A circle of files that import each other, or nothing."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in sorted(arrows.get(name, ())):
            if found := walk(other, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(arrows) if (found := walk(name, []))), [])
