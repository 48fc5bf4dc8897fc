"""Writes what networks of timm and segmentation_models_pytorch answer when weights and picture come from a formula.

    pip install torch==2.15.0 torchvision==0.29.2 timm==1.0.31 segmentation-models-pytorch==0.6.0
    python test/peers/timm/make_reference.py [NAME...]

NETWORK_small.json beside this file; ../torchvision/make_reference.py explains the formula and what is written.
"""
import pathlib
import sys

import segmentation_models_pytorch
import timm
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "torchvision"))
import make_reference as formula

# What comes first in our order of weights, and what some are called there; all others stand as in state_dict.
FIRST = {"vit_tiny": ("patch_embed.",)}
CALLED = {"cls_token": "embed.token", "pos_embed": "embed.position"}
ENDINGS = {"relative_position_bias_table": "relative_position"}

NETWORKS = {
    "mobilenet_v1_x1_0": (lambda: timm.create_model("mobilenetv1_100", num_classes=7), 2.0, 96),
    "mobilenet_v4_conv_small": (lambda: timm.create_model("mobilenetv4_conv_small", num_classes=7), 2.0, 96),
    "ghostnet_100": (lambda: timm.create_model("ghostnet_100", num_classes=7), 2.0, 96),
    "ghostnetv2_100": (lambda: timm.create_model("ghostnetv2_100", num_classes=7), 2.0, 96),
    "xception": (lambda: timm.create_model("legacy_xception", num_classes=7), 2.0, 64),
    "se_resnet50": (lambda: timm.create_model("seresnet50", num_classes=7), 2.0, 64),
    "cbam_resnet18": (
        lambda: timm.create_model("resnet18", num_classes=7, block_args={"attn_layer": "cbam"}), 2.0, 96,
    ),
    "eca_resnet50": (lambda: timm.create_model("resnet50", num_classes=7, block_args={"attn_layer": "eca"}), 2.0, 64),
    "vit_tiny": (lambda: timm.create_model("vit_tiny_patch16_224", num_classes=7, img_size=96), 2.0, 96),
    "repvgg_a0": (lambda: timm.create_model("repvgg_a0", num_classes=7), 1.0, 64),
    "dla46_c": (lambda: timm.create_model("dla46_c", num_classes=7), 2.0, 64),
    "dla102": (lambda: timm.create_model("dla102", num_classes=7), 1.0, 64),
    "edgenext_xx_small": (lambda: timm.create_model("edgenext_xx_small", num_classes=7), 2.0, 64),
    "mobileone_s0": (lambda: timm.create_model("mobileone_s0", num_classes=7), 0.3, 64),
    "mobileone_s4": (lambda: timm.create_model("mobileone_s4", num_classes=7), 1.0, 64),
    "starnet_s050": (lambda: timm.create_model("starnet_s050", num_classes=7), 1.0, 64),
    "swin_tiny": (lambda: timm.create_model("swin_tiny_patch4_window7_224", num_classes=7), 2.0, 224),
    "mobilevit_xxs": (lambda: timm.create_model("mobilevit_xxs", num_classes=7), 2.0, 64),
    "unet_resnet18": (lambda: segmentation_models_pytorch.Unet("resnet18", encoder_weights=None, classes=1), 2.0, 32),
}


def reference(name: str, build, gain: float, size: int) -> dict:
    model = build().eval()
    state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    first = FIRST.get(name, ())
    ordered = sorted(state.items(), key=lambda item: not item[0].startswith(first) if first else 0)
    tensors = []
    for ordinal, (key, tensor) in enumerate(ordered):
        path, _, role = CALLED.get(key, key).rpartition(".")
        called, shape = f"{path}.{ENDINGS.get(role, role)}".lstrip("."), list(tensor.shape)
        if key.endswith(".weight") and len(shape) == 3:  # Conv1d: ours is a convolution with kernels of one row
            shape.insert(2, 1)
        tensor.copy_(torch.from_numpy(formula.values(called, ordinal, tuple(shape), gain)).reshape(tensor.shape))
        tensors.append([called, shape])
    x = torch.from_numpy(formula.picture(size))
    with torch.no_grad():
        single = model(x).flatten()
        double = model.double()(x.double()).flatten()
        turned = model(torch.rot90(x.double(), 1, (2, 3))).flatten()
    error, distance = formula.relative(single, double), formula.relative(turned, double)
    print(name, "std", float(double.std()), "float32", error, "turned", distance)
    return {
        "network": name,
        "torch": torch.__version__.split("+")[0],
        "timm": timm.__version__,
        "gain": gain,
        "input": [1, 3, size, size],
        **({"classes": 1} if name.startswith("unet") else {}),
        "float32Error": error,
        "turnedDistance": distance,
        "logits": [float(v) for v in double],
        "tensorCount": len(tensors),
        "tensorDigest": formula.digest(tensors),
    }


def main() -> None:
    folder = pathlib.Path(__file__).parent
    for name, (build, gain, size) in NETWORKS.items():
        if name in sys.argv[1:] or len(sys.argv) == 1:
            (folder / f"{name}_small.json").write_text(formula.text(reference(name, build, gain, size)))


if __name__ == "__main__":
    main()
