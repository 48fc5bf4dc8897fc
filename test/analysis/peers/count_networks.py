"""Counts networks of timm and others with PyTorch's counters: network-counts.json, beside this file's folder.

python test/analysis/peers/count_networks.py [NAME...] > test/analysis/network-counts.json
Needs what torch_tools.py needs, torchvision 0.29.2, timm 1.0.31 and segmentation-models-pytorch 0.6.0. With names, only those are counted.
"""
import contextlib
import io
import json
import logging
import sys
import warnings

warnings.filterwarnings("ignore")
import segmentation_models_pytorch
import timm
import torch
import torchvision
from related_networks import Ensemble, GatedCrops, LatentTruth, Masked
from timm.layers import BatchNormAct2d, set_fused_attn
from torch_tools import TOOLS

logging.disable(logging.CRITICAL)
# Attention as two matrix products, which all counters know, and not as one fused function.
set_fused_attn(False)
# The tools of torchvision-counts.json; ptflops' other backend and deepspeed count only small networks.
ASKED = ("fvcore", "thop", "ptflops-aten", "torchinfo", "torchstat", "calflops", "torch")


def mobilenet_v1(width):
    from timm.models.efficientnet import _gen_mobilenet_v1

    return lambda: _gen_mobilenet_v1("mobilenetv1_100", channel_multiplier=width)


def made(name, **given):
    return lambda: timm.create_model(name, **given)


NETWORKS = {
    "mobilenet_v1_x0_25": (mobilenet_v1(0.25), 224),
    "mobilenet_v1_x0_5": (mobilenet_v1(0.5), 224),
    "mobilenet_v1_x0_75": (mobilenet_v1(0.75), 224),
    "mobilenet_v1_x1_0": (mobilenet_v1(1.0), 224),
    "mobilenet_v4_conv_small": (made("mobilenetv4_conv_small"), 224),
    "mobilenet_v4_conv_medium": (made("mobilenetv4_conv_medium"), 224),
    "mobilenet_v4_conv_large": (made("mobilenetv4_conv_large"), 224),
    "ghostnet_050": (made("ghostnet_050"), 224),
    "ghostnet_100": (made("ghostnet_100"), 224),
    "ghostnet_130": (made("ghostnet_130"), 224),
    "ghostnetv2_100": (made("ghostnetv2_100"), 224),
    "xception": (made("legacy_xception"), 299),
    "se_resnet50": (made("seresnet50"), 224),
    "cbam_resnet18": (made("resnet18", block_args={"attn_layer": "cbam"}), 224),
    "eca_resnet50": (made("resnet50", block_args={"attn_layer": "eca"}), 224),
    "vit_tiny": (made("vit_tiny_patch16_224"), 224),
    "mobilevit_xxs": (made("mobilevit_xxs"), 256),
    "repvgg_a0": (made("repvgg_a0"), 224),
    "dla46_c": (made("dla46_c"), 224),
    "edgenext_xx_small": (made("edgenext_xx_small"), 256),
    "mobileone_s0": (made("mobileone_s0"), 224),
    "mobileone_s4": (made("mobileone_s4"), 224),
    "starnet_s1": (made("starnet_s1"), 224),
    "swin_tiny": (made("swin_tiny_patch4_window7_224"), 224),
    "res2net50_26w_4s": (made("res2net50_26w_4s"), 224),
    "ese_vovnet19b_dw": (made("ese_vovnet19b_dw"), 224),
    "cspdarknet53": (made("cspdarknet53"), 256),
    "poolformer_s12": (made("poolformer_s12"), 224),
    "dla34": (made("dla34"), 224),
    "deeplabv3_resnet50": (
        lambda: torchvision.models.segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None, aux_loss=False),
        224,
    ),
    **{made.__name__: (made, 64) for made in (GatedCrops, LatentTruth, Ensemble, Masked)},
    "unet_resnet18": (lambda: segmentation_models_pytorch.Unet("resnet18", encoder_weights=None), 224),
}


def plain(net):
    """timm fuses a norm and its activation into one module, and has its own types for PyTorch's layers, which no hook
    knows: this replaces them by PyTorch's."""
    for name, child in net.named_children():
        if isinstance(child, BatchNormAct2d):
            norm = torch.nn.BatchNorm2d(child.num_features, child.eps, child.momentum)
            acts = not isinstance(child.act, torch.nn.Identity)
            setattr(net, name, torch.nn.Sequential(norm, child.act) if acts else norm)
        for own, base in ((timm.layers.Linear, torch.nn.Linear), (timm.layers.LayerNorm, torch.nn.LayerNorm)):
            if type(child) is own:
                child.__class__ = base
        plain(child)
    return net


def count(build, size):
    make = lambda: plain(build())
    counts = {"params": sum(p.numel() for p in make().parameters())}
    for tool in ASKED:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), torch.no_grad():
            figures = TOOLS[tool](make().eval(), (3, size, size))
        counts[tool] = {"multAdds" if key == "mult_adds" else key: int(value) for key, value in figures.items()}
    return counts


about = "What the tools say of networks of timm and others, as count_networks.py asked them. Nothing here was made by lfer."
rows = [(name, count(*each)) for name, each in NETWORKS.items() if name in sys.argv[1:] or len(sys.argv) == 1]
lines = ",\n".join(f'    "{name}": {json.dumps(counts)}' for name, counts in rows)
print(f'{{\n  "about": {json.dumps(about)},\n  "networks": {{\n{lines}\n  }}\n}}')
