"""Detector to deploy: a pruned model with a threshold. Made, saved, loaded, exported.

A detector's zip holds data alone, never a program: the pruned head, a few probe images with what the model
makes of them, and a manifest. The backbone and its transform come from the experiment that the manifest
names, and the probes prove on loading that they give the same numbers. `torch.export.load` is no way to load
a file from elsewhere: it unpickles what the archive declares as pickled. What needs nothing of this package
is the ONNX graph that `opnp.detector.export` writes.
"""

from opnp.detector.detector import Detector
from opnp.inference.predict import Prediction

__all__ = ["Detector", "Prediction"]
