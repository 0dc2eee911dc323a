import os
import signal
import threading
import time

import numpy as np
import pytest

from opnp.store import Store, StoreError, locks

ASK = """
import os, sys, time, numpy, pathlib
from opnp.store import Store
folder, log, go = map(pathlib.Path, sys.argv[1:4])
def compute():
    with log.open("a") as file:
        file.write("computed\\n")
    time.sleep(float(sys.argv[4]))
    return {"x": numpy.arange(1000)}
print("ready", flush=True)
while not go.exists():
    time.sleep(0.001)
print(int(Store(folder).get_or_compute("thing", {"a": 1}, compute)["x"].sum()), flush=True)
"""

STOP_WHILE_WRITING = """
import os, sys, time, numpy, pathlib
from opnp.store import Store
whole, calls = os.write, []
def write(fd, data):
    calls.append(fd)
    if len(calls) == 2:
        whole(fd, bytes(data)[:1000])
        print("writing", flush=True)
        time.sleep(60)
    return whole(fd, data)
os.write = write
Store(pathlib.Path(sys.argv[1])).put("thing", {"a": 1}, {"x": numpy.arange(1000)})
"""


def test_four_processes_compute_once(tmp_path, spawn):
    log, go = tmp_path / "log", tmp_path / "go"
    processes = [spawn(ASK, tmp_path / "cache", log, go, 0.3) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    go.touch()
    assert [process.communicate() for process in processes] == [("499500\n", "")] * 4
    assert log.read_text() == "computed\n"
    assert list((tmp_path / "cache" / "locks").iterdir()) == []


def test_eight_threads_compute_once(store):
    calls, results = [], []

    def compute():
        calls.append(1)
        time.sleep(0.2)
        return {"x": np.arange(3)}

    def ask():
        results.append(store.get_or_compute("thing", {}, compute)["x"].tolist())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]
    assert results == [[0, 1, 2]] * 8


def test_nobody_shares_a_lock_whose_file_comes_and_goes(tmp_path):
    inside, most = [], []

    def work():
        for _ in range(100):
            with locks.alone(tmp_path / "a.lock"):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 600
    assert max(most) == 1


def test_different_keys_do_not_wait_for_each_other(store):
    entered = threading.Barrier(2, timeout=20)

    def compute():
        entered.wait()
        return {"x": np.zeros(1)}

    def ask(number):
        store.get_or_compute("thing", {"n": number}, compute)

    other = threading.Thread(target=ask, args=(1,))
    other.start()
    ask(2)
    other.join()
    assert len(store.entries()) == 2


def test_a_killed_process_does_not_block_the_others(tmp_path, store, spawn, wait_for):
    log, go = tmp_path / "log", tmp_path / "go"
    go.touch()
    holder = spawn(ASK, tmp_path / "cache", log, go, 60)
    wait_for(log.exists)
    results = []
    waiting = threading.Thread(
        target=lambda: results.append(store.get_or_compute("thing", {"a": 1}, lambda: {"x": np.ones(2)}))
    )
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    holder.send_signal(signal.SIGKILL)
    waiting.join(20)
    assert not waiting.is_alive()
    assert results[0]["x"].tolist() == [1, 1]


def test_a_process_killed_while_writing_leaves_nothing_that_counts(
    tmp_path, store, spawn, entry_files, caplog
):
    writer = spawn(STOP_WHILE_WRITING, tmp_path / "cache")
    assert writer.stdout.readline() == "writing\n"
    (part,) = entry_files()
    os.utime(part, (0, 0))
    assert store.entries() == []
    assert entry_files() == [part]
    writer.kill()
    writer.wait()
    assert store.get("thing", {"a": 1}) is None
    assert store.verify().damaged == ()
    assert entry_files() == []
    assert caplog.messages == []


def test_a_computation_that_raises_lets_the_next_one_compute(store):
    started, results = threading.Event(), []

    def fail():
        started.set()
        time.sleep(0.1)
        raise RuntimeError("no such model")

    def wait_and_compute():
        started.wait()
        results.append(store.get_or_compute("thing", {}, lambda: {"x": np.ones(1)}))

    waiting = threading.Thread(target=wait_and_compute)
    waiting.start()
    with pytest.raises(RuntimeError, match="no such model"):
        store.get_or_compute("thing", {}, fail)
    waiting.join(20)
    assert results[0]["x"].tolist() == [1]


def test_computations_may_nest_but_not_ask_for_themselves(store, tmp_path):
    def maps():
        return store.get_or_compute("features", {}, lambda: {"x": np.ones(3)})

    assert store.get_or_compute("maps", {}, maps)["x"].sum() == 3
    again = Store(tmp_path / "cache")
    with pytest.raises(StoreError, match="its own result"):
        store.get_or_compute("loop", {}, lambda: again.get_or_compute("loop", {}, dict))
    assert store.get_or_compute("loop", {}, lambda: {"x": np.ones(1)})["x"].sum() == 1
