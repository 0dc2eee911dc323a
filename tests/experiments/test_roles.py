"""Roles, groups and shifted sets in a file: read, refused in words, and what they need to be there."""

import numpy as np
import pytest
from protocol_world import FILE, protocol_arrays, write_protocol

from opnp.data.role import Role
from opnp.errors import InvalidSettingError
from opnp.experiments.toml_file import read_experiment
from opnp.prepare import prepare
from opnp.store import Store


def test_roles_and_groups_are_read_and_halves_are_the_default(tmp_path):
    experiment = read_experiment(write_protocol(tmp_path))
    assert {images.key: (images.role, images.group) for images in experiment.ood} == {
        "val": (Role.TUNE, ""),
        "a": (Role.REPORT, "near"),
        "b": (Role.REPORT, "near"),
        "c": (Role.REPORT, "far"),
        "d": (Role.HALVES, ""),
    }
    assert [images.key for images in experiment.sets][-1] == "snow"


def test_a_role_changes_no_identity(tmp_path):
    ours = read_experiment(write_protocol(tmp_path))
    lines = [line for line in FILE.splitlines() if not line.startswith(("role", "group"))]
    (tmp_path / "protocol.toml").write_text("\n".join(lines))
    theirs = read_experiment(tmp_path / "protocol.toml")
    assert [images.role for images in theirs.ood] == [Role.HALVES] * 5
    assert [images.identity() for images in theirs.sets] == [images.identity() for images in ours.sets]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'role = "tune"',
            'role = "val"',
            "`role` in [[ood]] val of x to be one of 'halves', 'tune', 'report'",
        ),
        ('group = "far"', 'group = "Far away"', "`group` in [[ood]] c of x to be 1 to 64 of a-z"),
        ('group = "far"', 'group = "average"', "`group` in [[ood]] c of x to be another name"),
        ('group = "far"', 'group = "nearood"', "`group` in [[ood]] c of x to be another name"),
        (
            'title = "Snow"',
            'group = "near"',
            "`group` in [[id.shifted]] snow of x to be left out",
        ),
        (
            'key = "snow"',
            'key = "val"',
            "`key` in [[id.shifted]] number 1 of x to be a name of its own",
        ),
        ("[[id.shifted]]", "[id.shifted]", "`shifted` in [id] of x to be tables [[id.shifted]]"),
        ("[[id.shifted]]", "[[id.shift]]", "one of the keys 'train', 'test', 'shifted'"),
    ],
)
def test_a_wrong_table_is_said(tmp_path, old, new, words):
    with pytest.raises(InvalidSettingError) as caught:
        read_experiment(write_protocol(tmp_path, FILE.replace(old, new)))
    assert words in str(caught.value).replace("protocol.toml", "x")


@pytest.mark.parametrize(("kept", "word"), [("tune", "report"), ("report", "tune")])
def test_a_file_has_to_leave_something_to_tune_and_to_report_on(tmp_path, kept, word):
    other = "report" if kept == "tune" else "tune"
    text = FILE.replace(f'role = "{other}"', f'role = "{kept}"') + f'role = "{kept}"'
    with pytest.raises(InvalidSettingError, match=f"a set to {word} on among the OOD sets but got '{kept}'"):
        read_experiment(write_protocol(tmp_path, text))


def test_without_its_validation_set_it_is_not_explored(tmp_path):
    text = FILE.replace('key = "val"', 'key = "val"\npath = "gone.npz"\nprefix = "x"')
    text = text.replace('\n[[ood]]\nkey = "d"\n', "")
    experiment = read_experiment(write_protocol(tmp_path, text))
    assert not experiment.at_hand()
    assert "gone.npz" in " ".join(map(str, experiment.blocking()))
    assert experiment.without_missing() == (experiment, ())


def test_a_shifted_set_that_is_missing_is_left_out_and_said(tmp_path):
    text = FILE.replace('title = "Snow"', 'title = "Snow"\npath = "gone.npz"\nprefix = "x"')
    with Store(tmp_path / "cache") as store:
        prepared = prepare(read_experiment(write_protocol(tmp_path, text)), store, shifted=True)
        assert not prepared.shifted
        assert [unused.title for unused in prepared.unused] == ["Snow"]
        page = prepare(read_experiment(tmp_path / "protocol.toml"), store)
    assert (page.unused, page.experiment.shifted) == ((), ()), "the page does not look at it"


def test_a_shifted_set_may_be_a_single_image(tmp_path):
    file = write_protocol(tmp_path)
    arrays = protocol_arrays()
    for name in ("id_snow_features", "id_snow_labels"):
        arrays[name] = arrays[name][:1]
    np.savez(tmp_path / "protocol.npz", **arrays)
    with Store(tmp_path / "cache") as store:
        prepared = prepare(read_experiment(file), store, shifted=True)
    assert not prepared.unused
    assert len(prepared.shifted["snow"].labels) == 1
