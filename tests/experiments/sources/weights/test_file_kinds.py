"""What a file is, whatever its name ends in: weights are read, all else is called what it is."""

import io
import tarfile
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

from opnp.errors import InvalidDataError
from opnp.experiments.sources.weights.load import is_whole, load_into, read_state

SUFFIXES = [".pth", ".pt", ".bin", ".ckpt", ".safetensors", ".pth.tar", ""]


def net():
    return nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("written", ["safetensors", "zip", "legacy"])
def test_weights_are_told_by_content(tmp_path, suffix, written):
    model, file = net(), tmp_path / f"w{suffix}"
    if written == "safetensors":
        file.write_bytes(save(model.state_dict()))
    else:
        torch.save(model.state_dict(), file, _use_new_zipfile_serialization=written == "zip")
    assert is_whole(file)
    other = net()
    load_into(other, read_state(file), file.name)
    assert torch.equal(other[1].weight, model[1].weight)


def tar():
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("weights"))
    return held.getvalue()


def zipped(*names):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return held.getvalue()


def saved(write):
    held = io.BytesIO()
    write(held)
    return held.getvalue()


FOREIGN = {
    "empty": (b"", r"empty \(0 bytes\)"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n", "git lfs pull"),
    "page": (b"\n<!DOCTYPE html><html><title>Sign in</title>", "a web page, .* in a browser"),
    "error": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>", "a web page"),
    "json": (b'{"error": "rate limit"}', r"text that begins with '\{\"error\""),
    "note": (b"Not Found\n", "text that begins with 'Not Found'"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(99), r"an HDF5 file, as Keras saves .*numpy.savez"),
    "keras": (zipped("metadata.json", "model.weights.h5"), "a Keras model"),
    "npz": (saved(lambda f: np.savez(f, a=np.zeros(2))), 'numpy arrays .*source = "features"'),
    "npy": (saved(lambda f: np.save(f, np.zeros(2))), "one numpy array"),
    "script": (
        saved(lambda f: torch.jit.save(torch.jit.script(net()), f)),
        r"TorchScript archive .*torch.jit.load\('w.pth'\).state_dict\(\)",
    ),
    "program": (
        saved(lambda f: torch.export.save(torch.export.export(net(), (torch.zeros(1, 4),)), f)),
        r"program of torch.export .*torch.export.load\('w.pth'\).state_dict\)",
    ),
    "zip": (zipped("best.pth"), "a zip archive of other things. Unpack it"),
    "tar": (tar(), "a tar archive"),
    "gzip": (b"\x1f\x8b\x08" + bytes(99), r"compressed \(gzip\). Unpack it"),
    "onnx": (b"\x08\x08\x12\x07pytorch\x1a\x052.1.0" + bytes(99), "an ONNX graph"),
    "noise": (bytes(range(129, 255)), "a kind that is not known here"),
}


@pytest.mark.filterwarnings("ignore:.*torch.jit")
@pytest.mark.parametrize("what", FOREIGN)
@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
def test_another_kind_of_file_is_called_what_it_is(tmp_path, what, name):
    content, said = FOREIGN[what]
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(
        InvalidDataError, match=f"Expected `{name}` to hold weights .*{said}".replace("w.pth", name)
    ):
        read_state(file)
    assert is_whole(file) == (what != "empty")


@pytest.mark.parametrize("what", ["script", "program"])
def test_the_line_for_a_program_gives_its_weights(tmp_path, monkeypatch, what):
    (tmp_path / "w.pt").write_bytes(FOREIGN[what][0])
    with pytest.raises(InvalidDataError) as refused:
        read_state(tmp_path / "w.pt")
    monkeypatch.chdir(tmp_path)
    exec(str(refused.value).partition('python -c "')[2].partition('"')[0], {})  # noqa: S102
    load_into(net(), read_state(tmp_path / "weights.pth"), "weights.pth")
