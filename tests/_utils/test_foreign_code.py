"""Exceptions of foreign code become one sentence with the user's own line and no path of the machine."""

import importlib.util
import json

import pytest

from opnp._utils.foreign_code import clause, foreign, unended, without_folders
from opnp.errors import InvalidDataError, MissingDataError, UnsupportedModelError


def _module(tmp_path, text):
    file = tmp_path / "net.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location("net_of_a_stranger", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_innermost_line_of_the_user_is_named(tmp_path):
    module = _module(
        tmp_path, "import json\ndef outer():\n    return inner()\ndef inner():\n    json.loads('{')\n"
    )
    with pytest.raises(InvalidDataError) as caught, foreign("`net.py:outer` to run"):
        module.outer()
    said = str(caught.value)
    assert said.startswith(
        "Expected `net.py:outer` to run but `net.py`, line 5 (`json.loads('{')`), raised JSONDecodeError: "
    )
    assert str(tmp_path) not in said
    assert isinstance(caught.value.__cause__, json.JSONDecodeError)


def test_a_call_that_ends_the_process_is_an_error_like_any_other(tmp_path):
    module = _module(tmp_path, "import sys\ndef make():\n    sys.exit(3)\n")
    with (
        pytest.raises(UnsupportedModelError, match=r"line 3 .*raised SystemExit: 3"),
        foreign("a model", kind=UnsupportedModelError),
    ):
        module.make()


def test_our_own_errors_and_a_ctrl_c_pass():
    for error in (MissingDataError("gone"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught, foreign("nothing"):
            raise error
        assert caught.value is error


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("No such file: '/home/me/a b/x.pth'", "No such file: 'x.pth'"),
        ("[Errno 2] /srv/data/best.pth", "[Errno 2] best.pth"),
        (r"open C:\Users\me\best.pth", "open best.pth"),
        ("a/b and 3 / 4 stay", "a/b and 3 / 4 stay"),
        ("/one stays, it names no folder", "/one stays, it names no folder"),
    ],
)
def test_folders_of_the_machine_are_cut(text, plain):
    assert without_folders(text) == plain


def test_long_texts_are_cut_and_empty_ones_left_out():
    assert clause(AssertionError()) == "it raised AssertionError"
    assert len(clause(ValueError("x " * 1000))) < 330


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("It is broken.", "It is broken"),
        ("It is broken (see the log.).", "It is broken (see the log)"),
        ("Is it broken?!", "Is it broken"),
        ("the following:", "the following"),
        ("and so on...", "and so on"),
        ("x[1:] of f('.')", "x[1:] of f('.')"),
    ],
)
def test_a_text_that_stands_in_a_sentence_does_not_end_it(text, ended):
    assert unended(text) == ended
    with pytest.raises(InvalidDataError) as caught, foreign("it to run", "Mend it."):
        raise ValueError(text)
    assert str(caught.value).endswith(f"raised ValueError: {ended}. Mend it.")


def test_a_library_that_fails_by_itself_has_no_line():
    with pytest.raises(TypeError) as caught:
        json.dumps(object())
    error = caught.value
    error.__traceback__ = error.__traceback__.tb_next  # without this test's own frame
    assert clause(error).startswith("it raised TypeError: Object of type object")
