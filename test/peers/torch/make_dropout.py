"""Writes what PyTorch's dropout and torchvision's stochastic depth do in training, mask included: dropout.json.

python make_dropout.py    Needs torch and torchvision. All numbers in double precision.
The mask is PyTorch's own, derived from its result (no input is 0): 1 where the result is not 0.
"""
import json
import pathlib

import torch
from torch import nn
from torchvision.ops import StochasticDepth

torch.set_default_dtype(torch.float64)
SHAPE = (4, 3, 2, 2)


def taken(layer, seed):
    torch.manual_seed(seed)
    x = (torch.rand(SHAPE) + 0.5).requires_grad_()
    upstream = torch.randn(SHAPE)
    y = layer.train()(x)
    y.backward(upstream)
    return {
        "input": x.flatten().tolist(),
        "upstream": upstream.flatten().tolist(),
        "kept": [int(v) for v in (y != 0).flatten()],
        "output": y.flatten().tolist(),
        "gradient": x.grad.flatten().tolist(),
        "inference": layer.eval()(x).flatten().tolist() == x.flatten().tolist(),
    }


rows = [
    {"op": "dropout", "p": 0.3, **taken(nn.Dropout(0.3), 1)},
    {"op": "dropout", "p": 1, **taken(nn.Dropout(1.0), 2)},
    {"op": "drop_path", "p": 0.4, **taken(StochasticDepth(0.4, "row"), 3)},
]
out = {"torch": torch.__version__.split("+")[0], "shape": SHAPE, "rows": rows}
(pathlib.Path(__file__).parent / "dropout.json").write_text(json.dumps(out, indent=1) + "\n")
