"""Load an experiment's own Python code: isolated from other experiments', identified by all that it reads.

Two experiments may each have a `models.py`. So the modules that an experiment's code imports are its own:
they stand in `sys.modules` only while that code runs, and what one has loaded another never meets. Code is
compiled from its source each time it is loaded, so an edit is never missed. What the code used on its way
(modules, files, environment variables, versions of libraries) is noted: it is the key of what is computed
with it.
"""

import builtins
import contextlib
import importlib
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar

from opnp._utils.foreign_code import foreign, library_folders
from opnp.data.image_set import content_identity
from opnp.errors import InvalidDataError
from opnp.user_code.used_files import UsedFiles, digest

_T = TypeVar("_T")
_turn = threading.RLock()
_SHARED = {"app", "numpy", "opnp", "PIL", "torch", "torchvision"}
"""Never loaded a second time, whatever lies beside an experiment's code."""


class OwnCode:
    """The code of one experiment.

    Args:
        folder: Where its modules are looked for first; None for code that Python finds by itself.

    Attributes:
        modules: Those that it has brought in, by name.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder and folder.resolve()
        self._path = [str(self._folder)] if self._folder else []
        self._libraries: set[str] = set()
        self._bare: set[str] = set()  # packages without __init__.py
        self._used = UsedFiles()
        self._thread = 0
        self.modules: dict[str, ModuleType] = {}

    def load(self, file: Path) -> ModuleType:
        """Load the module in a file, under the file's own name.

        Raises:
            InvalidDataError: If it is no Python file, or raises anything.
        """
        if file.suffix != ".py":
            raise InvalidDataError(f"Expected `{file.name}` to be a Python file. Rename it to end in .py.")
        name = f"own_{file.stem}" if file.stem in _SHARED | sys.stdlib_module_names else file.stem
        with self.active(), foreign(f"`{file.name}` to run"):
            loader = _Loader(self, name, str(file))
            module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(file)))
            module.__file__ = str(file)
            sys.modules[name] = module
            loader.exec_module(module)
        return module

    def find(self, name: str) -> ModuleType:
        """Import the module of that name, from wherever Python finds it.

        Raises:
            InvalidDataError: If there is none, or it raises anything.
        """
        self.imported(name)
        return self.call(lambda: importlib.import_module(name), name)

    def call(self, function: Callable[[], _T], name: str) -> _T:
        """Call a function of the code and return its result.

        Raises:
            InvalidDataError: If it raises anything; our own errors pass.
        """
        with self.active(), foreign(f"`{name}` to run"):
            return function()

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Let imports in the block find this code's modules first, and note what the block uses."""
        if self._thread == threading.get_ident():
            yield
            return
        with _turn:
            path, hidden = list(sys.path), self._hide()
            finder = _Finder(self)
            sys.modules.update(self.modules)
            sys.meta_path.insert(0, finder)
            sys.path[:] = [*self._path, *(entry for entry in path if entry not in self._path)]
            self._thread = threading.get_ident()
            try:
                with self._used.noted(lambda asker: _code_of(asker) is self):
                    yield
            finally:
                self._thread = 0
                self._path = [entry for entry in sys.path if entry in self._path or entry not in path]
                sys.path[:] = path
                sys.meta_path.remove(finder)
                self._take()
                sys.modules.update(hidden)

    @property
    def path(self) -> tuple[str, ...]:
        """Search path of its modules, before all others."""
        return tuple(self._path)

    def key(self) -> str:
        """Return the SHA-256 over all that the code has used so far, 64 hexadecimal digits."""
        return content_identity(*self._used.parts(), *self._versions())

    def _hide(self) -> dict[str, ModuleType]:
        """Remove modules from `sys.modules` that share a name with a module in this code's folder."""
        entries = self._folder.iterdir() if self._folder else ()
        names = {path.stem for path in entries if path.suffix == ".py" or (path / "__init__.py").is_file()}
        names -= _SHARED | sys.stdlib_module_names
        hidden = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in names}
        for name in hidden:
            del sys.modules[name]
        return hidden

    def _take(self) -> None:
        """Move the modules of this code out of `sys.modules`."""
        for name, module in list(sys.modules.items()):
            if name in self._bare or _code_of(getattr(module, "__dict__", {})) is self:
                self.modules[name] = sys.modules.pop(name)

    def claims(self, spec: ModuleSpec) -> bool:
        """Return whether a module that Python finds was written for this code; if so, it gets it alone."""
        if spec.name.partition(".")[0] in _SHARED | set(_owners()) or self._thread != threading.get_ident():
            return False
        if spec.origin is None:  # a package without __init__.py
            if any(map(_is_written_for_it, spec.submodule_search_locations or ())):
                self._bare.add(spec.name)
            return False
        return isinstance(spec.loader, SourceFileLoader) and _is_written_for_it(spec.origin)

    def imported(self, name: str) -> None:
        """Record the library that an import statement names."""
        self._libraries.add(name.partition(".")[0])

    def read(self, source: Path) -> None:
        """Record the source of one of its modules."""
        self._used.files.add(source)

    def _versions(self) -> Sequence[str]:
        versions = set()
        for name in self._libraries - {name.partition(".")[0] for name in self.modules}:
            for owner in _owners().get(name, ()):
                with contextlib.suppress(PackageNotFoundError):
                    versions.add(f"{owner} {version(owner)}")
            versions |= {f"{path.name} {digest(path)}" for path in _files_outside_libraries(name)}
        return sorted(versions)


class _Finder:
    """Finder of modules that are not installed, for one experiment's code alone."""

    def __init__(self, code: OwnCode) -> None:
        self._code = code

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or not self._code.claims(spec):
            return None
        spec.loader = _Loader(self._code, name, str(spec.origin))
        return spec


class _Loader(SourceFileLoader):
    """Loader that runs a module from its source, never from stale compiled files, with its own imports."""

    def __init__(self, code: OwnCode, name: str, path: str) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        self.code.read(Path(path))
        return self.source_to_code(self.get_data(path), path)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
        super().exec_module(module)

    def _import(self, name: str, *rest: Any, **named: Any) -> ModuleType:  # noqa: ANN401
        """Run an import statement of this module, also long after it was loaded."""
        level = rest[3] if len(rest) > 3 else named.get("level", 0)
        if level == 0:
            self.code.imported(name)
        with self.code.active():
            return builtins.__import__(name, *rest, **named)


def search_path(module: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the module search path of the code that owns these globals; else nothing."""
    code = _code_of(module)
    return () if code is None else code.path


def _code_of(module: Mapping[str, Any]) -> OwnCode | None:
    """Return the owner of a module, by its globals; None for shared modules."""
    loader = getattr(module.get("__spec__"), "loader", None)
    return loader.code if isinstance(loader, _Loader) else None


def _is_written_for_it(file: str) -> bool:
    """Return whether code at that place is a user's own, not Python's, a library's or ours."""
    return not any(Path(file).is_relative_to(folder) for folder in library_folders())


@cache
def _owners() -> Mapping[str, list[str]]:
    """Return the distributions that provide each top-level name."""
    return packages_distributions()


def _files_outside_libraries(name: str) -> set[Path]:
    """Return the sources of a package that is installed in editable mode."""
    loaded = [module for key, module in list(sys.modules.items()) if key.partition(".")[0] == name]
    files = {getattr(module, "__file__", None) for module in loaded}
    return {Path(file) for file in files if file and _is_written_for_it(file)}
