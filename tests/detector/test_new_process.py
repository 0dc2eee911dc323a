import json
import subprocess
import sys

import numpy as np
import pytest

from opnp.experiments.builtin.data import fashion_test


def test_a_new_process_gives_the_same_numbers(fashion_detector, tmp_path):
    fashion_detector.save(tmp_path / "detector.zip")
    np.save(tmp_path / "images.npy", fashion_test()[0][:70])
    program = (
        "import json, sys, numpy, torch, opnp; torch.set_num_threads(1); "
        "d = opnp.Detector.load(sys.argv[1]); "
        "print(json.dumps([vars(r) for r in d(numpy.load(sys.argv[2], allow_pickle=False))]))"
    )
    paths = [str(tmp_path / name) for name in ("detector.zip", "images.npy")]
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, check=True)
    here = fashion_detector(fashion_test()[0][:70])
    there = json.loads(done.stdout)
    assert [r["class_name"] for r in there] == [r.class_name for r in here]
    assert [r["is_ood"] for r in there] == [r.is_ood for r in here]
    assert [r["score"] for r in there] == pytest.approx([r.score for r in here], abs=1e-4)
