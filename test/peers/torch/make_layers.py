"""Writes what PyTorch's layers answer in double precision: layers.json, for test/ops/torch-layers.test.ts.

python make_layers.py    Needs torch.
"""
import json
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
MAP = (1, 4, 5, 4)
TOKENS = (2, 3, 8)


class Channels(nn.LayerNorm):
    """Over the channels of a map, as ConvNeXt has it."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Sums(nn.Module):
    def __init__(self, axis, reverse=False):
        super().__init__()
        self.axis, self.reverse = axis, reverse

    def forward(self, x):
        return x.flip(self.axis).cumsum(self.axis).flip(self.axis) if self.reverse else x.cumsum(self.axis)


ROWS = [
    ("gelu", {"approximate": False}, nn.GELU(), MAP),
    ("gelu", {"approximate": True}, nn.GELU("tanh"), MAP),
    ("leaky_relu", {"slope": 0.2}, nn.LeakyReLU(0.2), MAP),
    ("elu", {"alpha": 0.7}, nn.ELU(0.7), MAP),
    ("selu", {}, nn.SELU(), MAP),
    ("prelu", {"per_channel": False}, nn.PReLU(), MAP),
    ("prelu", {"per_channel": True}, nn.PReLU(4), MAP),
    ("layer_norm", {"axis": 2, "through": 2, "epsilon": 1e-5}, nn.LayerNorm(8), TOKENS),
    ("layer_norm", {"axis": 1, "through": 3, "epsilon": 1e-5}, nn.LayerNorm([4, 5, 4]), MAP),
    ("layer_norm", {"axis": 1, "through": 1, "epsilon": 1e-6}, Channels(4, 1e-6), MAP),
    ("group_norm", {"groups": 2, "epsilon": 1e-5}, nn.GroupNorm(2, 4), MAP),
    ("group_norm", {"groups": 4, "epsilon": 1e-3}, nn.InstanceNorm2d(4, 1e-3, affine=True), MAP),
    (
        "conv2d_transpose",
        {"channels": 6, "kernel": [3, 2], "stride": [2, 3], "padding": [1, 0, 1, 0], "output_padding": [1, 2],
         "dilation": [1, 2], "groups": 2, "bias": True},
        nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), (1, 2), groups=2, dilation=(1, 2)),
        MAP,
    ),
    ("resize", {"size": [10, 8], "mode": "nearest", "align_corners": False}, nn.Upsample(scale_factor=2), MAP),
    ("resize", {"size": [5, 9], "mode": "nearest", "align_corners": False}, nn.Upsample((5, 9)), MAP),
    ("resize", {"size": [14, 12], "mode": "bilinear", "align_corners": False}, nn.Upsample((14, 12), mode="bilinear"), MAP),
    ("resize", {"size": [5, 9], "mode": "bilinear", "align_corners": False}, nn.Upsample((5, 9), mode="bilinear"), MAP),
    ("resize", {"size": [5, 9], "mode": "bilinear", "align_corners": True},
     nn.Upsample((5, 9), mode="bilinear", align_corners=True), MAP),
    ("local_response_norm", {"size": 3, "alpha": 0.5, "beta": 0.75, "k": 1}, nn.LocalResponseNorm(3, 0.5), MAP),
    ("local_response_norm", {"size": 2, "alpha": 0.5, "beta": 0.75, "k": 2}, nn.LocalResponseNorm(2, 0.5, k=2.0), MAP),
    ("reflection_pad", {"padding": [4, 1, 2, 3]}, nn.ReflectionPad2d((1, 3, 4, 2)), MAP),
    ("replication_pad", {"padding": [4, 1, 2, 9]}, nn.ReplicationPad2d((1, 9, 4, 2)), MAP),
    ("adaptive_avg_pool", {"size": [3, 4]}, nn.AdaptiveAvgPool2d((3, 4)), MAP),
    ("adaptive_avg_pool", {"size": [9, 6]}, nn.AdaptiveAvgPool2d((9, 6)), MAP),
    (
        "avg_pool",
        {"kernel": [3, 3], "stride": [2, 2], "padding": [1, 1, 1, 2], "count_include_pad": True, "overhang": [0, 1]},
        nn.AvgPool2d(3, 2, 1, ceil_mode=True),
        MAP,
    ),
    ("instance_norm", {"affine": False, "epsilon": 1e-5}, nn.InstanceNorm2d(4), MAP),
    ("instance_norm", {"affine": True, "epsilon": 1e-3}, nn.InstanceNorm2d(4, 1e-3, affine=True), MAP),
    ("adaptive_max_pool", {"size": [1, 1]}, nn.AdaptiveMaxPool2d(1), MAP),
    ("adaptive_max_pool", {"size": [3, 4]}, nn.AdaptiveMaxPool2d((3, 4)), MAP),
    ("adaptive_max_pool", {"size": [9, 6]}, nn.AdaptiveMaxPool2d((9, 6)), MAP),
    ("celu", {"alpha": 1}, nn.CELU(), MAP),
    ("celu", {"alpha": 0.3}, nn.CELU(0.3), MAP),
    ("cumsum", {"axis": 1, "reverse": False}, Sums(1), MAP),
    ("cumsum", {"axis": 2, "reverse": True}, Sums(2, True), MAP),
]


def row(op, attributes, layer, shape):
    for p in layer.parameters():
        p.data = torch.randn_like(p) / 2 + (0.1 if p.dim() == 1 else 0)
    x = torch.randn(shape)
    y = layer(x)
    tensor = lambda t, digits=3: {"shape": list(t.shape), "data": [round(v, digits) for v in t.flatten().tolist()]}
    # Rounded inputs are what our side sees, so the answer is to those.
    seen = torch.tensor(tensor(x)["data"]).reshape(shape)
    for p in layer.parameters():
        p.data = torch.tensor(tensor(p)["data"]).reshape(p.shape)
    y = layer(seen)
    return {"op": op, "attributes": attributes, "inputs": [tensor(x), *map(tensor, layer.parameters())], "output": tensor(y, 11)}


with torch.no_grad():
    rows = [row(*each) for each in ROWS]
text = ",\n".join(json.dumps(each) for each in rows)
version = torch.__version__.split("+")[0]
(pathlib.Path(__file__).parent / "layers.json").write_text(f'{{"torch": "{version}", "rows": [\n{text}\n]}}\n')
