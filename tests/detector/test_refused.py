import io
import json
import struct
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save

from opnp.detector import Detector, archive
from opnp.errors import InvalidDataError, MissingDataError, OpnpError

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


def zipped(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return data.getvalue()


def remade(saved, *, manifest=None, tensors=None, **more):
    """The saved detector with parts of it changed."""
    said, stored = archive.unpack(saved.read_bytes())
    said |= manifest or {}
    stored |= tensors or {}
    stored = {name: tensor for name, tensor in stored.items() if tensor is not None}
    return zipped(**{archive.MANIFEST: json.dumps(said), archive.TENSORS: save(stored)}, **more)


@pytest.fixture
def refused(saved):
    def check(data, words):
        saved.write_bytes(data)
        with pytest.raises(InvalidDataError, match=words) as caught:
            Detector.load(saved)
        assert str(saved.parent) not in str(caught.value)

    return check


@pytest.mark.parametrize("name", ["../escape.txt", "/etc/passwd", "C:\\x", "a/../../b", "data.pkl"])
def test_other_members_are_refused_and_nothing_is_written(saved, refused, name):
    before = set(saved.parent.parent.rglob("*"))
    refused(remade(saved, **{name: b"x"}), "a member called")
    assert set(saved.parent.parent.rglob("*")) == before


def test_a_member_twice_is_refused(saved, refused):
    data = io.BytesIO(saved.read_bytes())
    with zipfile.ZipFile(data, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr(archive.MANIFEST, "{}")
    refused(data.getvalue(), "3 members")


@pytest.mark.parametrize("data", [b"", b"PK", b"words " * 40, b"\x80\x04K\x01."])
def test_what_is_no_zip_is_refused(refused, data):
    refused(data, "Expected a detector")


def test_a_missing_file_is_named(saved):
    with pytest.raises(MissingDataError, match=r"gone\.zip"):
        Detector.load(saved.with_name("gone.zip"))


def test_a_bomb_is_not_unpacked(refused, monkeypatch):
    monkeypatch.setitem(archive.LIMITS, archive.MANIFEST, 100_000)
    bomb = zipped(**{archive.MANIFEST: b" " * 5_000_000, archive.TENSORS: b""})
    assert len(bomb) < 100_000
    refused(bomb, "unpacks to more than")


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ({"head.weight": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 8]}}, b"12345678"),
        ({"head.weight": {"dtype": "F32", "shape": [2**63, 2], "data_offsets": [0, 8]}}, b"12345678"),
        ({"head.weight": {"dtype": "F32", "shape": [-1, 2], "data_offsets": [0, 8]}}, b"12345678"),
        ({"head.weight": {"dtype": "F99", "shape": [2], "data_offsets": [0, 8]}}, b"12345678"),
        ({"head.weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 10**12]}}, b"12345678"),
    ],
)
def test_absurd_shapes_are_refused(saved, refused, header, body):
    text = json.dumps(header).encode()
    data = struct.pack("<Q", len(text)) + text + body
    said, _ = archive.unpack(saved.read_bytes())
    refused(zipped(**{archive.MANIFEST: json.dumps(said), archive.TENSORS: data}), "damaged or declares")


@pytest.mark.parametrize("text", ["", "[]", "3", "{", '{"threshold": NaN}', "[" * 100_000, b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused(refused, text):
    refused(zipped(**{archive.MANIFEST: text, archive.TENSORS: save({})}), "manifest.json")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": "something else"}, "does not say"),
        ({"version": 2}, "of version 2"),
        ({"version": None}, "of version None"),
        ({"score": {"name": "msp"}}, "energy"),
        ({"threshold": "5"}, "'threshold'"),
        ({"threshold": 1e999}, "manifest.json"),
        ({"classes": [1, 2, 3, 4]}, "no name"),
        ({"classes": ["a", "b"]}, "2 classes"),
        ({"pruning": None}, "'pruning'"),
        ({"model": "0" * 64}, "others"),
        ({"transform": "other"}, "others"),
    ],
)
def test_each_part_of_the_manifest_is_checked(saved, refused, changed, words):
    refused(remade(saved, manifest=changed), words)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"head.weight": None}, "head is missing"),
        ({"head.weight": torch.zeros(4, 16, dtype=torch.float64)}, "not float32"),
        ({"head.weight": torch.zeros(4)}, "head is damaged"),
        ({"head.weight": torch.full((4, 16), torch.nan)}, "head is damaged"),
        ({"head.weight": torch.zeros(4, 16)}, "probe images"),
        ({"head.weight": torch.zeros(4, 17)}, "others"),
        ({"head.bias": torch.zeros(3)}, "head is damaged"),
        ({"probe.logits": None}, "probe images are missing"),
        ({"probe.logits": torch.zeros(0, 4)}, "probe images are missing"),
        ({"probe.logits": torch.full((8, 4), torch.nan)}, "probe images"),
        ({"head.weight": torch.zeros(4, 16), "probe.logits": torch.full((8, 4), torch.inf)}, "not finite"),
        ({"probe.logits": torch.zeros(8, 4, dtype=torch.bool)}, "not float32"),
        ({"probe.logits": torch.zeros(8, 4, dtype=torch.float64)}, "not float32"),
        ({"probe.0": None}, "probe image 0"),
        ({"probe.0": torch.zeros(5, 5)}, "probe image 0"),
        ({"probe.0": torch.zeros(5, 5, 3, 1, dtype=torch.uint8)}, "probe image 0"),
        ({"probe.0": torch.zeros(1, 5000, dtype=torch.uint8)}, "probe image 0"),
        ({"probe.0": torch.zeros(5, 5, dtype=torch.uint8)}, "transform cannot take"),
    ],
)
def test_each_tensor_is_checked(saved, refused, changed, words):
    refused(remade(saved, tensors=changed), words)


def test_one_changed_byte_is_refused_or_harmless(saved):
    good = saved.read_bytes()
    rng, harmless = np.random.default_rng(0), 0
    for place in rng.choice(len(good), 300, replace=False):
        data = bytearray(good)
        data[place] ^= rng.integers(1, 256)
        saved.write_bytes(data)
        try:
            loaded = Detector.load(saved)
        except OpnpError:
            continue
        assert loaded.to_bytes() == good
        harmless += 1
    assert harmless < 60  # dates and attributes in the zip's own directory


def test_a_file_cut_short_is_refused(saved):
    good = saved.read_bytes()
    for length in np.random.default_rng(0).choice(len(good), 100, replace=False):
        saved.write_bytes(good[:length])
        with pytest.raises(InvalidDataError):
            Detector.load(saved)


def test_tensors_that_do_not_belong_are_not_unpacked(saved, refused, monkeypatch):
    data = remade(saved, tensors={"more": torch.zeros(50_000_000)})
    assert len(data) < 2_000_000
    monkeypatch.setattr(archive, "load", None)  # nothing of it is read
    refused(data, "holds one called 'more', which is no part of a detector")


def test_a_head_that_unpacks_from_almost_nothing_is_refused(saved, refused):
    refused(
        remade(saved, tensors={"head.weight": torch.zeros(50, 1_000_000)}), "unpacks to 200 MB from 0.2 MB"
    )
