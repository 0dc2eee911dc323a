import dataclasses

import pytest
from toy_explorer import OOD, toy_explorer

from opnp.config import Pruning
from opnp.detector import Detector
from opnp.detector.manifest import Manifest
from opnp.detector.reopen import reopen
from opnp.errors import InvalidSettingError, OpnpError
from opnp.explorer import Explorer
from opnp.threshold.rules import AcceptId

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


def changed(detector, **said):
    return dataclasses.replace(detector, manifest=Manifest({**detector.manifest.said, **said}))


def test_settings_come_back_and_figures_agree(saved, explorer, planned):
    again = reopen(Detector.load(saved), explorer)
    assert again.pruning == Pruning(weights=(0, 90), neurons=(10, 100))
    assert again.rule == AcceptId(0.9)
    assert again.ood == tuple(OOD)
    assert [figure.name for figure in again.figures] == ["ID accepted", *OOD, "accuracy on accepted"]
    assert all(figure.filed == figure.fresh for figure in again.figures)
    assert again.figures[0].filed == planned.outcome.id_accepted


def test_other_data_is_seen_in_the_fresh_figures(detector, explorer):
    prepared = explorer.prepared
    swapped = dict(zip(prepared.ood, reversed(prepared.ood.values()), strict=True))
    other = Explorer(dataclasses.replace(prepared, ood=swapped))
    figures = {figure.name: figure for figure in reopen(detector, other).figures}
    assert figures["middle"].fresh == figures["far"].filed
    assert figures["ID accepted"].fresh == figures["ID accepted"].filed


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
        {"rule": {}},
        {"metrics": {"id_accepted": {"hits": 3, "count": 2}, "ood_accepted": {}, "accuracy_accepted": {}}},
        {"metrics": {"id_accepted": []}},
    ],
)
def test_a_manifest_that_fits_nothing_is_refused(detector, explorer, said):
    with pytest.raises(OpnpError):
        reopen(changed(detector, **said), explorer)


def test_the_engine_of_another_experiment_is_named(detector, trained_net, blobs, tmp_path):
    other = toy_explorer(trained_net, blobs, tmp_path / "other")
    renamed = dataclasses.replace(
        other.prepared, experiment=dataclasses.replace(other.prepared.experiment, key="b")
    )
    with pytest.raises(InvalidSettingError, match="'toy'"):
        reopen(detector, Explorer(renamed))
