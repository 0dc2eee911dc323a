import os

import pytest

from opnp.devices import devices
from opnp.reports import machine, packages
from opnp.reports.machine import look


@pytest.fixture(autouse=True)
def _plain(monkeypatch, tmp_path):
    monkeypatch.delenv("OPNP_EXPERIMENTS", raising=False)
    monkeypatch.setenv("OPNP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OPNP_DATA", str(tmp_path / "data"))


def test_a_machine_in_order():
    found = look()
    assert found.problems == []
    assert found.devices[0].name == str(devices()[0])
    assert found.torchvision_stand_in in (True, False)
    assert {one.key for one in found.experiments} >= {"fashion", "cifar10"}
    assert next(one.key for one in found.experiments if one.ready) == "fashion"


def test_the_cache_is_looked_at_and_left_alone(tmp_path):
    cache = look().cache
    assert (cache.folder, cache.writable, cache.size_bytes) == (str(tmp_path / "cache"), True, 0)
    assert not (tmp_path / "cache").exists()
    (tmp_path / "cache" / "deep").mkdir(parents=True)
    (tmp_path / "cache" / "deep" / "file").write_bytes(b"12345")
    assert look().cache.size_bytes == 5


def test_a_cache_that_cannot_be_written_is_a_problem(tmp_path):
    (tmp_path / "cache").write_text("no folder")
    [problem] = look().problems
    assert "Set OPNP_CACHE" in problem


def test_a_limit_that_is_none_is_a_problem(monkeypatch):
    monkeypatch.setenv("OPNP_CACHE_LIMIT", "much")
    found = look()
    assert found.cache is None
    assert "`OPNP_CACHE_LIMIT` to be a size" in found.problems[0]


def test_broken_experiment_files_are_problems_and_missing_data_is_none(monkeypatch, tmp_path):
    (tmp_path / "torn.toml").write_text("[experiment")
    named = [tmp_path / "torn.toml", tmp_path / "gone.toml"]
    monkeypatch.setenv("OPNP_EXPERIMENTS", os.pathsep.join(map(str, named)))
    found = look()
    facts = {one.key: one for one in found.experiments}
    assert facts["torn"].problem in found.problems
    assert facts["gone"].problem in found.problems
    assert len(found.problems) == 2
    assert facts["cifar10"].missing
    assert not facts["cifar10"].ready
    assert found.experiment_files == tuple(map(str, named))


def test_packages_that_are_missing_or_too_old_come_with_the_command(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["torch>=99", "no-such-package"]\noptional-dependencies = {}\n'
    )
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    old, missing = look().problems
    assert old.endswith('is installed. Run: pip install "torch>=99".')
    assert missing.endswith('it is not installed. Run: pip install "no-such-package".')


def test_a_library_that_fails_is_one_sentence_and_the_rest_is_looked_at(monkeypatch):
    def fails():
        raise ImportError("libcudart.so.13: cannot open shared object file")

    monkeypatch.setattr(machine, "_devices", fails)
    found = look()
    assert "torch to be imported but" in found.problems[0]
    assert "libcudart.so.13" in found.problems[0]
    assert found.devices == ()
    assert found.experiments
