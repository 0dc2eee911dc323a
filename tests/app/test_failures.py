"""When an experiment cannot be prepared, the page says so in words."""

import dataclasses
import re

import pytest
from markup import cards
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

import opnp.experiments.registry
from app import main
from app.failures import show
from opnp.errors import MissingDataError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MissingDataError("Expected the weights but they are missing. Run `git checkout`."), "git checkout"),
        (OSError("/secret/path is gone"), "path is gone"),
    ],
)
def test_missing_things_are_explained_without_paths_or_traces(dashboard, offer, error, said):
    def broken():
        raise error

    experiments = [
        dataclasses.replace(experiment, key="broken", classifier=broken)
        for experiment in opnp.experiments.registry.list_experiments()[:1]
    ]
    offer(*experiments)
    app = dashboard()
    assert said in app.error[0].value
    assert "/secret" not in app.error[0].value
    assert "Traceback" not in app.error[0].value


def test_try_again_recovers(dashboard, offer):
    attempts = []
    first = opnp.experiments.registry.list_experiments()[0]

    def at_first_broken():
        attempts.append(1)
        if len(attempts) == 1:
            raise MissingDataError("Expected the weights but they are missing.")
        return first.classifier()

    flaky = dataclasses.replace(first, key="flaky", classifier=at_first_broken)
    offer(flaky)
    app = dashboard()
    assert app.error
    app.button(key="again").click().run()
    assert not app.error
    assert cards(app)


class WordlessError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("/secret/words")


KINDS = [
    KeyError("/secret/key"),
    OSError(2, "No such file", "/secret/file.py"),
    ZeroDivisionError("division"),
    MemoryError(),
    RecursionError("too deep"),
    ExceptionGroup("many", [ValueError("/secret/one")]),
    WordlessError(),
]


class Handled(LocalScriptRunner):
    """Runs scripts with the handler that the server has, which `AppTest` leaves out."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._on_script_error = show


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


def told_alone(app, error) -> None:
    """One sentence for the visitor, and nothing of the error."""
    [said] = app.error
    assert not app.exception
    assert "went wrong that nobody foresaw" in said.value
    for secret in ("/secret", "Traceback", "line ", type(error).__name__, "division"):
        assert secret not in said.value


@pytest.mark.parametrize("error", KINDS, ids=lambda error: type(error).__name__)
def test_whatever_a_page_raises_is_one_sentence_for_the_visitor_and_a_trace_in_the_log(
    dashboard, monkeypatch, caplog, error
):
    app = dashboard()
    monkeypatch.setattr("app.components.landscape.best_window.best_window", failing(error))
    told_alone(app.switch_page("views/landscape.py").run(), error)
    assert error in [record.exc_info[1] for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("error", KINDS, ids=lambda error: type(error).__name__)
def test_what_a_click_raises_outside_of_every_page_is_one_sentence_too(dashboard, monkeypatch, capfd, error):
    monkeypatch.setattr("app.state.session.choose", failing(error))
    app = dashboard()
    monkeypatch.setattr("streamlit.testing.v1.app_test.LocalScriptRunner", Handled)
    told_alone(app.button(key="reset").click().run(), error)
    assert "raise error" in re.sub(r"\x1b\[[0-9;]*m", "", "".join(capfd.readouterr()))


def test_our_own_errors_are_told_in_their_words(dashboard, monkeypatch):
    app = dashboard()
    error = MissingDataError("Expected the weights but they are missing. Get `them`.")
    monkeypatch.setattr("app.components.landscape.best_window.best_window", failing(error))
    app.switch_page("views/landscape.py").run()
    assert [said.value for said in app.error] == [str(error)]


def test_the_server_hands_what_scripts_raise_to_that_sentence():
    assert main.server._on_script_error is show
