"""Code of one's own: apart from everybody else's, loaded from its source, known by all that it read."""

import importlib.metadata
import os
import sys
import threading

import pytest

from opnp.errors import InvalidDataError
from opnp.user_code import OwnCode


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def value(folder, file="net.py", name="make"):
    """What the function gives, and the key of all that it used."""
    code = OwnCode(folder)
    function = getattr(code.load(folder / file), name)
    return code.call(function, name), code.key()


def test_two_experiments_with_helpers_of_one_name_each_get_their_own(tmp_path):
    text = (
        "from models import KIND\nimport models.deep\n\n"
        "def make():\n    import late\n    return KIND, models.deep.A, late.B\n"
    )
    for name in ("one", "two"):
        folder = write(tmp_path / name, net=text, late=f"B = 'late {name}'")
        write(folder / "models", __init__=f"KIND = {name!r}", deep=f"A = 'deep {name}'")
    for name in ("one", "two", "one"):
        assert value(tmp_path / name)[0] == (name, f"deep {name}", f"late {name}")
    assert not {"models", "models.deep", "late", "net"} & set(sys.modules)
    assert str(tmp_path / "one") not in sys.path


def test_what_is_imported_long_after_loading_is_still_its_own(tmp_path):
    text = (
        "def make():\n    def later():\n        import helper\n        return helper.WHO\n    return later\n"
    )
    functions = [value(write(tmp_path / who, net=text, helper=f"WHO = {who!r}"))[0] for who in ("one", "two")]
    found = []
    threads = [threading.Thread(target=lambda f=f: found.append(f())) for f in functions]
    for thread in threads:
        thread.start()
        thread.join()
    assert found == ["one", "two"]


def test_a_module_that_somebody_else_has_loaded_comes_back_as_it_was(tmp_path, monkeypatch):
    folder = write(tmp_path, net="import helper\ndef make():\n    return helper.WHO\n", helper="WHO = 'mine'")
    theirs = type(sys)("helper")
    monkeypatch.setitem(sys.modules, "helper", theirs)
    assert value(folder)[0] == "mine"
    assert sys.modules["helper"] is theirs


def test_a_package_without_init_and_one_found_through_sys_path_are_its_own_too(tmp_path):
    write(tmp_path / "lib" / "bare", part="X = 1")
    text = (
        "import sys\nsys.path.insert(0, {!r})\n\ndef make():\n    from bare import part\n    return part.X\n"
    )
    folder = write(tmp_path / "exp", net=text.format(str(tmp_path / "lib")))
    assert value(folder)[0] == 1
    assert not {"bare", "bare.part"} & set(sys.modules)
    (tmp_path / "lib" / "bare" / "part.py").write_text("X = 2")
    assert value(folder)[0] == 2


def test_a_file_that_has_a_librarys_name_breaks_nothing(tmp_path):
    folder = write(tmp_path, random="def make():\n    import random\n    return random.Random(1).random()\n")
    assert value(folder, "random.py")[0] == pytest.approx(0.1344, abs=1e-3)
    assert "own_random" not in sys.modules


@pytest.mark.parametrize("what", ["module", "late module", "file", "variable", "nothing"])
def test_whatever_the_code_used_is_in_its_key(tmp_path, monkeypatch, what):
    text = (
        "import os, json, pathlib\nimport helper\n\ndef make():\n    import late\n"
        "    data = json.loads((pathlib.Path(__file__).parent / 'net.json').read_text())\n"
        "    return data['depth'], os.environ.get('WIDTH'), helper.A, late.A\n"
    )
    folder = write(tmp_path, net=text, helper="A = 1", late="A = 1", unused="A = 1")
    (folder / "net.json").write_text('{"depth": 1}')
    monkeypatch.setenv("WIDTH", "8")
    monkeypatch.setenv("UNUSED", "8")
    (made, before), changed = value(folder), what != "nothing"
    assert made == (1, "8", 1, 1)
    if what == "file":
        (folder / "net.json").write_text('{"depth": 2}')
    elif what == "variable":
        monkeypatch.setenv("WIDTH", "9")
    elif what == "nothing":
        monkeypatch.setenv("UNUSED", "9")
        (folder / "unused.py").write_text("A = 2")
    else:
        # the same size in the same second: compiled files of Python itself would be taken for current
        stat = (folder / f"{'late' if 'late' in what else 'helper'}.py").stat()
        file = folder / f"{'late' if 'late' in what else 'helper'}.py"
        file.write_text("A = 2")
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    again, after = value(folder)
    assert (after != before) == changed
    assert (again != made) == changed


def test_the_version_of_a_library_is_in_the_key_and_the_place_of_the_code_is_not(tmp_path, monkeypatch):
    text = "import sklearn.base\nimport json\ndef make():\n    return 1\n"
    before = value(write(tmp_path / "one", net=text))[1]
    assert value(write(tmp_path / "two", net=text))[1] == before
    real = importlib.metadata.version
    monkeypatch.setattr(
        "opnp.user_code.loader.version", lambda name: "0.0.1" if name == "scikit-learn" else real(name)
    )
    assert value(tmp_path / "one")[1] != before


def test_a_function_that_ends_the_process_or_prints_a_place_is_one_sentence(tmp_path):
    folder = write(tmp_path, net="import sys\ndef make():\n    sys.exit('/home/me/x is gone')\n")
    with pytest.raises(
        InvalidDataError, match=r"`net.py`, line 3 .* raised SystemExit: x is gone|/home"
    ) as caught:
        value(folder)
    assert "/home" not in str(caught.value)
