from pathlib import Path

import numpy as np
import platformdirs
import pytest

from opnp.errors import InvalidSettingError
from opnp.store import Store, settings


def test_the_environment_says_where(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_CACHE", str(tmp_path / "elsewhere"))
    Store().put("thing", {}, {"x": np.zeros(1)})
    assert (tmp_path / "elsewhere" / "entries").is_dir()
    assert Store(tmp_path / "elsewhere").get("thing", {}) is not None


def test_it_lives_in_the_repository_or_with_the_user(tmp_path, monkeypatch):
    monkeypatch.delenv("OPNP_CACHE", raising=False)
    assert settings.default_directory() == Path(__file__).resolve().parents[2] / "cache"
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert settings.default_directory() == tmp_path / "xdg" / "opnp"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert settings.default_directory() == Path.home() / ".cache" / "opnp"


def test_a_cache_of_an_older_version_is_found_again(tmp_path, monkeypatch):
    monkeypatch.delenv("OPNP_CACHE", raising=False)
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    monkeypatch.setattr(settings.sys, "platform", "darwin")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "Library")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings.default_directory() == tmp_path / "Library"
    (tmp_path / ".cache" / "opnp").mkdir(parents=True)
    assert settings.default_directory() == tmp_path / ".cache" / "opnp"


def test_without_a_home_it_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.delenv("OPNP_CACHE", raising=False)
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: Path("~/.cache/opnp"))
    with pytest.raises(InvalidSettingError, match="Set OPNP_CACHE"):
        settings.default_directory()


def test_nothing_is_made_before_something_is_kept(tmp_path):
    with Store(tmp_path / "cache") as store:
        assert store.get("thing", {}) is None
    assert not (tmp_path / "cache").exists()


def test_the_environment_says_how_much(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_CACHE_LIMIT", "5 kB")
    store = Store(tmp_path)
    for number in range(10):
        store.put("thing", {"n": number}, {"x": np.zeros(100)})
    assert sum(entry.size_bytes for entry in store.entries()) <= 5000
    monkeypatch.setenv("OPNP_CACHE_LIMIT", "")
    assert settings.default_limit() == 20 * 2**30


@pytest.mark.parametrize("text", ["0", "-1", "lots", "5 XB", "nan", "1e9", "0 GB"])
def test_a_limit_that_is_none_is_refused(tmp_path, monkeypatch, text):
    monkeypatch.setenv("OPNP_CACHE_LIMIT", text)
    with pytest.raises(InvalidSettingError, match="`OPNP_CACHE_LIMIT` to be a size such as"):
        Store(tmp_path)


@pytest.mark.parametrize("limit", [0, -5, 1.5, "20GB", True])
def test_a_limit_is_a_number_of_bytes(tmp_path, limit):
    with pytest.raises(InvalidSettingError, match="`size_limit`"):
        Store(tmp_path, size_limit=limit)
