import threading

import pytest
import torch

from opnp.scoring.kernels import TILE
from opnp.scoring.tiles import into_tiles, share_out


@pytest.mark.parametrize("samples", [1, TILE - 1, TILE, TILE + 1, 3 * TILE + 5])
def test_tiles_hold_every_sample_in_order_and_end_in_zeros(samples):
    features = torch.randn(samples, 5, generator=torch.Generator().manual_seed(0))
    tiles = into_tiles(features)
    back = tiles.values.transpose(1, 2).reshape(-1, 5)
    assert tiles.samples == samples
    assert torch.equal(back[:samples], features)
    assert not back[samples:].any()


def test_tiles_are_a_copy():
    features = torch.ones(TILE, 2)
    tiles = into_tiles(features)
    features.zero_()
    assert bool((tiles.values == 1).all())


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("tiles", [1, 2, 7, 100])
def test_every_tile_is_somebodys_share_once(tiles, threads, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    taken, lock = [], threading.Lock()

    def task(first, last):
        with lock:
            taken.extend(range(first, last))

    share_out(task, tiles)
    assert sorted(taken) == list(range(tiles))


def test_what_fails_in_a_share_is_not_lost(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    def task(_first, _last):
        raise MemoryError

    with pytest.raises(MemoryError):
        share_out(task, 10)
