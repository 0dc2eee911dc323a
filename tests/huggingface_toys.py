"""Small random models and data sets as Hugging Face's libraries write them; its cache, without a network."""

import io
import json
import shutil

import numpy as np
import torch
from PIL import Image

from opnp._utils.torchvision import import_torchvision

COMMIT = "0" * 40
NAMES = ("cat", "dog", "owl")


def save_vit(folder, *, names=NAMES, kind="ViTForImageClassification", **settings):
    """A small ViT and its image processor, in a folder; the model."""
    import_torchvision()
    import transformers

    transformers.utils.logging.disable_progress_bar()
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.ViTConfig(
        **sizes, image_size=16, patch_size=8, id2label=dict(enumerate(names)), **settings
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = getattr(transformers, kind)(config).eval()
    model.save_pretrained(folder)
    transformers.ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)
    return model


def put_on_hub(monkeypatch, cache, name, folder, kind="model"):
    """A folder as the hub's cache keeps a part of a repository, with every way to the network closed."""
    repository = cache / f"{kind}s--{name.replace('/', '--')}"
    shutil.copytree(folder, repository / "snapshots" / COMMIT)
    for inside in ("refs", "trees"):
        (repository / inside).mkdir()
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    files = {path: {"size": 1, "blob_id": COMMIT} for path in (*there, "onnx/model.onnx", ".gitattributes")}
    (repository / "trees" / f"{COMMIT}.json").write_text(json.dumps({"format_version": 1, "files": files}))
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def png(seed, size=(9, 6)):
    """The bytes of a small picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def pets(labels=(2, 0, 1, 0), names=NAMES, **more):
    """A data set of pictures and their classes."""
    from datasets import ClassLabel, Dataset, Features
    from datasets import Image as Picture

    columns = {"image": [{"bytes": png(seed), "path": None} for seed in range(len(labels))]}
    columns |= {"label": list(labels)}
    features = Features({"image": Picture(), "label": ClassLabel(names=list(names))})
    dataset = Dataset.from_dict(columns, features=features)
    for name, values in more.items():
        dataset = dataset.add_column(name, values)
    return dataset
