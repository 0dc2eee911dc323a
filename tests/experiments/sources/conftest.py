"""Where a made-up experiment file stands, and its net beside it."""

import pytest
from made_up import NET_FILE

from opnp.experiments.sources.table_location import Place


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (tmp_path / "net.py").write_text(NET_FILE)
    return Place(tmp_path / "mine.toml", "[classifier]", "mine")
