import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from opnp.detector import Detector
from opnp.detector.manifest import FORMAT, SCORE, VERSION, Manifest
from opnp.detector.probes import make_probes
from opnp.embedded.data import fashion_test
from opnp.experiment import load_experiment


def test_a_new_process_gives_the_same_numbers(tmp_path):
    """The embedded net, unpruned but for a made-up head: no features are needed for that."""
    experiment = load_experiment("fashion")
    classifier = experiment.classifier()
    weight = torch.where(classifier.weight.abs() > 0.05, classifier.weight, torch.zeros(()))
    said = {"format": FORMAT, "version": VERSION, "score": SCORE, "threshold": 5.0, "date": "", "title": ""}
    said |= {"classes": list(classifier.class_names), "experiment": "fashion", "ood": []}
    said |= {"model": classifier.fingerprint, "transform": classifier.transform_id}
    said |= {name: {} for name in ("pruning", "realised", "rule", "images", "versions", "metrics")}
    probes = make_probes(classifier, weight, classifier.bias, (experiment.id_test,))
    made = Detector(classifier, weight, classifier.bias, probes, Manifest(said))
    made.save(tmp_path / "detector.zip")
    np.save(tmp_path / "images.npy", fashion_test()[0][:70])
    program = (
        "import json, sys, numpy, torch, opnp; torch.set_num_threads(1); "
        "d = opnp.Detector.load(sys.argv[1]); "
        "print(json.dumps([vars(r) for r in d(numpy.load(sys.argv[2], allow_pickle=False))]))"
    )
    paths = [str(tmp_path / name) for name in ("detector.zip", "images.npy")]
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, check=True)
    here = made(fashion_test()[0][:70])
    there = json.loads(done.stdout)
    assert [r["class_name"] for r in there] == [r.class_name for r in here]
    assert [r["is_ood"] for r in there] == [r.is_ood for r in here]
    assert [r["score"] for r in there] == pytest.approx([r.score for r in here], abs=1e-4)
