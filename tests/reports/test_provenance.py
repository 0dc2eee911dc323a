import torch
from toy_explorer import OOD, toy_explorer

from opnp.reports.markdown import table
from opnp.reports.provenance import provenance, provenance_lines


def test_figures_say_what_they_were_made_from(trained_net, blobs, tmp_path):
    explorer = toy_explorer(trained_net, blobs, tmp_path)
    made_from = provenance(explorer, torch.device("cpu"))
    assert (made_from["experiment"], made_from["model"]) == ("toy", explorer.prepared.classifier.fingerprint)
    assert made_from["images"].keys() == {"train", "test", *OOD}
    assert made_from["seeds"] == {"halves of the OOD sets": 2402}
    assert made_from["versions"]["torch"] == torch.__version__
    lines = "\n".join(provenance_lines(made_from))
    assert f"torch {torch.__version__}" in lines
    assert "halves of the OOD sets 2402" in lines


def test_a_cell_cannot_end_its_table():
    assert table(["a"], [["x|y"]]).splitlines()[-1] == "| x\\|y |"
