"""When an experiment cannot be prepared, the page says so in words."""

import dataclasses

import pytest
from markup import cards

import opnp.experiment
from app import cached
from opnp.errors import MissingDataError


@pytest.fixture(autouse=True)
def fresh_preparations():
    cached.preparation.clear()
    yield
    cached.preparation.clear()


def offer(monkeypatch, *experiments) -> None:
    monkeypatch.setattr(opnp.experiment, "list_experiments", lambda: experiments)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MissingDataError("Expected the weights but they are missing. Run `git checkout`."), "git checkout"),
        (OSError("/secret/path is gone"), "path is gone"),
    ],
)
def test_missing_things_are_explained_without_paths_or_traces(dashboard, monkeypatch, error, said):
    def broken():
        raise error

    experiments = [
        dataclasses.replace(experiment, key="broken", classifier=broken)
        for experiment in opnp.experiment.list_experiments()[:1]
    ]
    offer(monkeypatch, *experiments)
    app = dashboard()
    assert said in app.error[0].value
    assert "/secret" not in app.error[0].value
    assert "Traceback" not in app.error[0].value


def test_try_again_recovers(dashboard, monkeypatch):
    attempts = []
    first = opnp.experiment.list_experiments()[0]

    def at_first_broken():
        attempts.append(1)
        if len(attempts) == 1:
            raise MissingDataError("Expected the weights but they are missing.")
        return first.classifier()

    flaky = dataclasses.replace(first, key="flaky", classifier=at_first_broken)
    offer(monkeypatch, flaky)
    app = dashboard()
    assert app.error
    app.button(key="again").click().run()
    assert not app.error
    assert cards(app)
