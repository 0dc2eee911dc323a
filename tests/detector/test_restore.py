import dataclasses

import pytest
from toy_explorer import OOD, toy_explorer

from opnp.config import Pruning
from opnp.detector import Detector
from opnp.detector.manifest import DetectorManifest
from opnp.detector.restore import Measured, restore_settings
from opnp.errors import InvalidDataError, InvalidSettingError, OpnpError
from opnp.explorer import Explorer
from opnp.threshold.rules import AcceptId

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)

NONE = {"hits": 0, "count": 0}
SHARES = {"id_accepted": NONE, "ood_accepted": dict.fromkeys(OOD, NONE), "accuracy_accepted": NONE}


def changed(detector, **said):
    return dataclasses.replace(detector, manifest=DetectorManifest({**detector.manifest.values, **said}))


def test_settings_come_back_and_figures_agree(saved, explorer, snapshot, planned):
    again = restore_settings(Detector.load(saved), explorer)
    assert again.pruning == Pruning(weights=(0, 90), neurons=(10, 100))
    assert again.rule == AcceptId(0.9)
    assert again.ood == tuple(OOD)
    assert again.ood_share == planned.basis.ood_share == 0.2
    names = ["ID accepted", *OOD, "Accuracy on accepted", "AURC", "FPR95", "AUROC"]
    assert [figure.name for figure in again.figures] == names
    assert all(figure.same for figure in again.figures)
    filed = {figure.name: figure.filed for figure in again.figures}
    assert filed["ID accepted"].value == planned.outcome.id_accepted.value
    assert filed["AURC"] == Measured(planned.curve.area, planned.curve.interval)
    evaluation = explorer.evaluate(snapshot, OOD, "report")
    assert filed["FPR95"] == Measured(evaluation.fpr95, evaluation.fpr95_interval)
    assert filed["AUROC"] == Measured(evaluation.auroc, evaluation.auroc_interval)


def test_other_data_is_seen_in_the_fresh_figures(detector, explorer):
    prepared = explorer.prepared
    swapped = dict(zip(prepared.ood, reversed(prepared.ood.values()), strict=True))
    other = Explorer(dataclasses.replace(prepared, ood=swapped))
    figures = {figure.name: figure for figure in restore_settings(detector, other).figures}
    assert figures["middle"].fresh == figures["far"].filed
    assert figures["ID accepted"].fresh == figures["ID accepted"].filed
    assert not figures["far"].same


def test_the_head_and_threshold_of_the_file_give_the_fresh_figures(detector, explorer):
    other = dataclasses.replace(detector, weight=-detector.weight)
    figures = {figure.name: figure for figure in restore_settings(other, explorer).figures}
    assert not any(figures[name].same for name in ("ID accepted", "AURC", "FPR95", "AUROC"))


def test_a_file_from_before_promises_was_chosen_as_measured(detector, explorer):
    values = {name: value for name, value in detector.manifest.values.items() if name != "promise"}
    values["rule"] = {"rule": "AcceptId", "tpr": 0.9}
    old = dataclasses.replace(detector, manifest=DetectorManifest(values))
    assert old.manifest.promise == ""
    assert restore_settings(old, explorer).rule == AcceptId(0.9, None)


@pytest.mark.parametrize(
    "promise",
    [
        None,
        "at least",
        {"statement": "At least"},
        {"statement": "At least", "confidence": 2.0, "images": {}},
        {"statement": "At least", "confidence": 0.9, "images": {"ID": "many"}},
    ],
)
def test_a_promise_that_is_none_is_refused(detector, promise):
    with pytest.raises(InvalidDataError, match="its promise is none"):
        changed(detector, promise=promise)


@pytest.mark.parametrize(
    "said",
    [
        {"experiment": "other"},
        {"ood": ["moon"]},
        {"ood": [3]},
        {"pruning": {}, "metrics": {}},
        {"pruning": {"kind": "OPP", "height": 3}},
        {"pruning": {"kind": "OPP", "weights": [90, 10]}},
        {"rule": {"rule": "Guess"}},
        {"rule": {"rule": "AcceptId", "tpr": "much"}},
        {"rule": {"rule": "AcceptId", "tpr": 7}},
        {"rule": {"rule": "LimitOod", "most": [1]}},
        {"rule": {"rule": "LimitOod", "most": {"elsewhere": 0.1}}},
        {"rule": {"rule": "AcceptAndLimit", "tpr": 0.9, "most": {"elsewhere": 0.1}}},
        {"rule": {"rule": "AcceptAndLimit", "most": {"far": 0.1}}},
        {"rule": {"rule": "AcceptId", "tpr": 0.9, "confidence": 95}},
        {"rule": {"rule": "MinimiseCost", "miss": 10**400}},
        {"rule": {"rule": "MinimiseCost", "miss": True}},
        {"rule": {"rule": ["AcceptId"]}},
        {"rule": {}},
        {"metrics": {"id_accepted": {"hits": 3, "count": 2}, "ood_accepted": {}, "accuracy_accepted": {}}},
        {"metrics": {"id_accepted": []}},
        {"metrics": {**SHARES, "aurc": {"value": 0.1, "low": 0.0, "high": 0.2}}},
        {"metrics": {**SHARES, "aurc": {"value": 7, "low": 0.0, "high": 0.2, "ood_share": 0.1}}},
        {"metrics": {**SHARES, "aurc": {"value": 0.1, "low": "no", "high": 0.2, "ood_share": 0.1}}},
        {"metrics": {**SHARES, "aurc": 3}},
    ],
)
def test_a_manifest_that_fits_nothing_is_refused(detector, explorer, said):
    with pytest.raises(OpnpError):
        restore_settings(changed(detector, **said), explorer)


def test_the_engine_of_another_experiment_is_named(detector, trained_net, blobs, tmp_path):
    other = toy_explorer(trained_net, blobs, tmp_path / "other")
    renamed = dataclasses.replace(
        other.prepared, experiment=dataclasses.replace(other.prepared.experiment, key="b")
    )
    with pytest.raises(InvalidSettingError, match="'toy'"):
        restore_settings(detector, Explorer(renamed))
