"""Counts torchvision's networks by PyTorch itself, without weights in memory: counts.json, name -> [size, params, flops].

    python test/peers/torchvision/count_networks.py NAME=SIZE... > counts.json    Needs torch 2.15 and torchvision 0.29.
    python test/peers/torchvision/count_networks.py --timm NAME=SIZE... > ../timm/counts.json    Needs timm 1.0.31; Swin's names
    there are ours, without `_patch4_window7_224`.

flops is what torch.utils.flop_counter.FlopCounterMode says of one picture of SIZE x SIZE in evaluation.
"""
import contextlib
import json
import sys
import warnings

import torch
import torchvision
from torch.utils.flop_counter import FlopCounterMode

warnings.filterwarnings("ignore")


def count(name: str, size: int) -> list:
    if "--timm" in sys.argv:
        import timm

        with torch.device("meta"):
            return counted(timm.create_model(name), size)
    given = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    # RegNet computes its widths by tensors, which must have numbers in them.
    with contextlib.nullcontext() if name.startswith("regnet") else torch.device("meta"):
        model = getattr(torchvision.models, name)(weights=None, **given)
    return counted(model, size)


def counted(model: torch.nn.Module, size: int) -> list:
    model = model.eval().to("meta")
    with FlopCounterMode(display=False) as counter:
        model(torch.empty(1, 3, size, size, device="meta"))
    return [size, sum(p.numel() for p in model.parameters()), counter.get_total_flops()]


rows = [(name, count(name, int(size))) for name, size in (row.split("=") for row in sys.argv[1:] if "=" in row)]
print("{\n" + ",\n".join(f'  "{name}": {json.dumps(counts)}' for name, counts in rows) + "\n}")
