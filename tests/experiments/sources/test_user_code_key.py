"""What a Python or torch.hub model's features are keyed by: all that its code used."""

import torch
from made_up import NET_FILE, net

from opnp.experiments.sources.classifiers.hub import HubClassifier
from opnp.experiments.sources.classifiers.python import PythonClassifier
from opnp.experiments.sources.transform import TransformTable


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)


def test_an_edited_helper_is_another_model_for_the_cache(place, tmp_path):
    text = "from helper import Net\n\ndef make():\n    return Net()\n"
    write(tmp_path, own=text, helper=NET_FILE)
    source = PythonClassifier("own.py:make", transform=TransformTable(resize=12))
    before = source.load(place).transform_id
    assert source.load(place).transform_id == before
    (tmp_path / "helper.py").write_text(NET_FILE + "\n# another version\n")
    assert source.load(place).transform_id != before


def test_the_options_of_a_hub_entry_are_in_the_key(place, tmp_path):
    write(tmp_path / "repo", hubconf=NET_FILE + "\n\ndef small(scale=1):\n    return Net()\n")
    torch.save(net().state_dict(), tmp_path / "w.pth")
    ids = {
        HubClassifier("repo", "small", "w.pth", TransformTable(resize=12), options=options)
        .load(place)
        .transform_id
        for options in ({}, {"scale": 2})
    }
    assert len(ids) == 2


def test_a_file_that_the_transform_reads_when_it_runs_is_in_the_key(place, tmp_path):
    text = NET_FILE + (
        "\nimport json, pathlib\n\ndef transform(image):\n"
        "    side = json.loads((pathlib.Path(__file__).parent / 'side.json').read_text())\n"
        "    return torch.zeros(3, 12, 12) + side\n\ndef pair():\n    return Net(), transform\n"
    )
    write(tmp_path, own=text)
    ids = set()
    for side in (1, 2, 2):
        (tmp_path / "side.json").write_text(str(side))
        ids.add(PythonClassifier("own.py:pair").load(place).transform_id)
    assert len(ids) == 2
