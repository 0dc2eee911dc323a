"""Which image classifiers of transformers can be split: each family, small and random, without the network.

Run `python -m recipes.huggingface_families`; with names of families, only those. A family is saved, loaded
as `source = "huggingface"` does it, and split on noise; the table says which head was found, or why none was.
"""

import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from opnp._utils.torchvision import import_torchvision
from opnp.errors import OpnpError
from opnp.experiments.sources.huggingface.model_folder import load_model
from opnp.models import split

CLASSES, SIDE = 5, 32

_VIT = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "image_size": SIDE,
    "patch_size": 8,
}
_TOWER = {"vision_config": _VIT}
_TEXT = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 16,
}
_CLIP = {**_TOWER, "text_config": _TEXT | {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2}}
_STAGES = {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 4], "image_size": SIDE, "patch_size": 4}
_RESNET = {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1]}
_CONVNEXT = {"hidden_sizes": [8, 16, 16, 24], "depths": [1, 1, 1, 1], "image_size": SIDE}
_LEVIT = {
    "image_size": 64,
    "hidden_sizes": [16, 24, 32],
    "num_attention_heads": [1, 2, 2],
    "depths": [1, 1, 1],
    "key_dim": [8, 8, 8],
}
_PVT = {
    "image_size": SIDE,
    "hidden_sizes": [8, 16, 16, 24],
    "depths": [1, 1, 1, 1],
    "num_attention_heads": [1, 2, 2, 4],
}
_PERCEIVER = {
    "num_latents": 8,
    "d_latents": 32,
    "d_model": 32,
    "num_blocks": 1,
    "num_self_attends_per_block": 1,
    "num_self_attention_heads": 2,
    "num_cross_attention_heads": 1,
    "image_size": SIDE,
    "num_channels": 3,
}

FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "vit": ("ViTForImageClassification", _VIT),
    "vit_msn": ("ViTMSNForImageClassification", _VIT),
    "deit": ("DeiTForImageClassification", _VIT),
    "deit, two heads": ("DeiTForImageClassificationWithTeacher", _VIT),
    "beit": ("BeitForImageClassification", _VIT),
    "data2vec-vision": ("Data2VecVisionForImageClassification", _VIT),
    "dinov2": ("Dinov2ForImageClassification", _VIT),
    "dinov2_with_registers": ("Dinov2WithRegistersForImageClassification", _VIT),
    "ijepa": ("IJepaForImageClassification", _VIT),
    "hiera": (
        "HieraForImageClassification",
        {"embed_dim": 16, "image_size": [64, 64], "depths": [1, 1, 1, 1], "num_heads": [1, 2, 2, 2]},
    ),
    "clip": ("CLIPForImageClassification", _CLIP),
    "metaclip_2": ("MetaClip2ForImageClassification", _CLIP),
    "siglip": ("SiglipForImageClassification", {**_TOWER, "text_config": _TEXT}),
    "siglip2": (
        "Siglip2ForImageClassification",
        {"vision_config": _VIT | {"num_patches": 16}, "text_config": _TEXT},
    ),
    "swin": ("SwinForImageClassification", {**_STAGES, "window_size": 4}),
    "swinv2": ("Swinv2ForImageClassification", {**_STAGES, "window_size": 4}),
    "donut-swin": ("DonutSwinForImageClassification", {**_STAGES, "window_size": 4}),
    "focalnet": (
        "FocalNetForImageClassification",
        {"embed_dim": 16, "depths": [1, 1], "image_size": SIDE, "hidden_sizes": [16, 32]}
        | {"focal_levels": [1, 1], "focal_windows": [3, 3]},
    ),
    "convnext": ("ConvNextForImageClassification", _CONVNEXT),
    "convnextv2": ("ConvNextV2ForImageClassification", _CONVNEXT),
    "resnet": ("ResNetForImageClassification", _RESNET),
    "regnet": ("RegNetForImageClassification", {**_RESNET, "groups_width": 4}),
    "bit": ("BitForImageClassification", {**_RESNET, "num_groups": 4}),
    "mobilenet_v1": ("MobileNetV1ForImageClassification", {"depth_multiplier": 0.25, "image_size": SIDE}),
    "mobilenet_v2": ("MobileNetV2ForImageClassification", {"depth_multiplier": 0.25, "image_size": SIDE}),
    "mobilevit": (
        "MobileViTForImageClassification",
        {"image_size": 64, "hidden_sizes": [16, 24, 32], "neck_hidden_sizes": [8, 8, 16, 16, 24, 24, 32]},
    ),
    "mobilevitv2": ("MobileViTV2ForImageClassification", {"image_size": 64, "width_multiplier": 0.5}),
    "efficientnet": (
        "EfficientNetForImageClassification",
        {"image_size": SIDE, "width_coefficient": 0.5, "depth_coefficient": 0.5, "hidden_dim": 640},
    ),
    "levit": ("LevitForImageClassification", _LEVIT),
    "levit, two heads": ("LevitForImageClassificationWithTeacher", _LEVIT),
    "poolformer": (
        "PoolFormerForImageClassification",
        {"hidden_sizes": [8, 16, 16, 24], "depths": [1, 1, 1, 1]},
    ),
    "pvt": ("PvtForImageClassification", _PVT),
    "pvt_v2": ("PvtV2ForImageClassification", _PVT),
    "cvt": (
        "CvtForImageClassification",
        {"embed_dim": [8, 16, 16], "num_heads": [1, 2, 2], "depth": [1, 2, 3]},
    ),
    "segformer": (
        "SegformerForImageClassification",
        {"hidden_sizes": [8, 16, 16, 24], "depths": [1, 1, 1, 1], "num_attention_heads": [1, 2, 2, 4]},
    ),
    "swiftformer": (
        "SwiftFormerForImageClassification",
        {"image_size": 64, "depths": [1, 1, 1, 1], "embed_dims": [8, 16, 16, 24]},
    ),
    "hgnet_v2": (
        "HGNetV2ForImageClassification",
        {
            "stem_channels": [3, 8, 8],
            "hidden_sizes": [16, 16, 24, 24],
            "stage_in_channels": [8, 16, 16, 24],
            "stage_mid_channels": [8, 8, 8, 8],
            "stage_out_channels": [16, 16, 24, 24],
            "stage_num_blocks": [1, 1, 1, 1],
            "stage_numb_of_layers": [1, 1, 1, 1],
        },
    ),
    "pp_lcnet": ("PPLCNetForImageClassification", {}),
    "textnet": (
        "TextNetForImageClassification",
        {"image_size": 64, "stem_out_channels": 8, "hidden_sizes": [8, 8, 16, 16, 24]},
    ),
    "imagegpt": (
        "ImageGPTForImageClassification",
        {"vocab_size": 17, "n_positions": 64, "n_embd": 16, "n_layer": 1, "n_head": 2},
    ),
    "perceiver, learned": ("PerceiverForImageClassificationLearned", _PERCEIVER),
    "perceiver, Fourier": ("PerceiverForImageClassificationFourier", _PERCEIVER),
    "perceiver, convolutions": ("PerceiverForImageClassificationConvProcessing", _PERCEIVER),
    "timm_wrapper": ("TimmWrapperForImageClassification", {"architecture": "resnet10t"}),
}
"""Architecture and settings by the family's name."""


def built(architecture: str, settings: dict[str, Any]) -> nn.Module:
    """Return a small random model in evaluation mode, none of whose running statistics are the first ones."""
    import transformers

    torch.manual_seed(0)
    kind = getattr(transformers, architecture)
    model: nn.Module = kind(kind.config_class(**settings, num_labels=CLASSES))
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    for parameter in model.parameters():  # some heads begin with zeros
        if not parameter.detach().any():
            parameter.data.normal_(0, 0.02)
    return model.eval()


def outcome(model: nn.Module, *, through: Callable[[Any], nn.Module] = lambda model: model) -> str:
    """Split a model on noise of its own size; return the head that was found, or the reason against it.

    Args:
        model: From `built`.
        through: What happens to it before, such as being saved and loaded.
    """
    config: Any = model.config
    size = getattr(getattr(config, "vision_config", config), "image_size", None)
    side = size[0] if isinstance(size, list | tuple) else size or 64
    example = torch.randn(4, 3, side, side, generator=torch.Generator().manual_seed(1))
    try:
        found = split(through(model), example, transform=lambda _: example[0], transform_id="noise")
    except OpnpError as error:
        return str(error)
    return found.understood.head


def saved_and_loaded(model: Any) -> nn.Module:  # noqa: ANN401 - a PreTrainedModel
    """Return the model as `source = "huggingface"` reads it from the folder that it saves itself in."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_model(Path(folder), "the folder").model


def main(names: list[str]) -> None:
    """Print the table in Markdown."""
    import_torchvision()
    import transformers

    warnings.simplefilter("ignore")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    print(f"transformers {transformers.__version__}\n\n| family | head, or reason |\n| --- | --- |")
    for name, (architecture, settings) in FAMILIES.items():
        if not names or name in names:
            print(f"| {name} | {outcome(built(architecture, settings), through=saved_and_loaded)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
