"""Writes the ONNX files of this folder: one small network as PyTorch's two exporters write it.

    pip install torch onnx onnxscript && python export.py

small.torchscript.onnx         TorchScript exporter, batch norms folded into convolutions (its default)
small.torchscript-norms.onnx   the same with `training=PRESERVE`, which keeps them
small.dynamo.onnx              dynamo exporter, as it is by default
open.torchscript.onnx          the network without its attention, height and width left open

Made with torch 2.15.0, onnx 1.23.2, onnxscript 0.7.2.
"""

import onnx
import torch
from torch import nn


def norm_act(channels, act):
    return nn.Sequential(nn.BatchNorm2d(channels), act)


class SqueezeExcite(nn.Module):
    def __init__(self, channels, inner):
        super().__init__()
        self.reduce = nn.Conv2d(channels, inner, 1)
        self.expand = nn.Conv2d(inner, channels, 1)

    def forward(self, x):
        gate = self.expand(torch.relu(self.reduce(x.mean([2, 3], keepdim=True))))
        return x * nn.functional.hardsigmoid(gate)


class Shuffle(nn.Module):
    """A ShuffleNetV2 unit."""

    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(
            nn.Conv2d(half, half, 1, bias=False),
            norm_act(half, nn.ReLU()),
            nn.Conv2d(half, half, 3, padding=1, groups=half, bias=False),
            nn.BatchNorm2d(half),
        )

    def forward(self, x):
        kept, turned = x.chunk(2, dim=1)
        y = torch.cat([kept, self.branch(turned)], dim=1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class Small(nn.Module):
    def __init__(self, attention=True):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), norm_act(8, nn.Hardswish()))
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.gate = SqueezeExcite(8, 4)
        self.unit = Shuffle(8)
        self.wide = nn.Sequential(nn.Conv2d(8, 16, 1, bias=False), norm_act(16, nn.SiLU()))
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.down = nn.Conv2d(16, 16, 2, stride=2)
        self.group = nn.GroupNorm(4, 16)
        self.attention = attention
        self.norm = nn.LayerNorm(16)
        self.mix = nn.Linear(16, 32)
        self.back = nn.Linear(32, 16)
        self.scale = nn.Parameter(torch.full([16], 0.1))
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = self.unit(self.gate(self.pool(self.stem(x))))
        x = self.group(torch.nn.functional.mish(self.down(self.up(self.wide(x)))))
        if self.attention:
            tokens = self.norm(x.flatten(2).transpose(1, 2))
            tokens = tokens + self.scale * self.back(nn.functional.gelu(self.mix(tokens)))
            x = tokens.transpose(1, 2).reshape(x.shape)
        return self.head(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))


def main():
    torch.manual_seed(0)
    net = Small().eval()
    # Identical weights would be written only once: a trained network has none.
    for tensor in [*net.parameters(), *net.buffers()]:
        if tensor.is_floating_point() and tensor.dim() == 1:
            tensor.data.uniform_(0.5, 1.5)
    plain = Small(attention=False).eval()
    plain.load_state_dict(net.state_dict())
    names = {"input_names": ["image"], "output_names": ["logits"]}
    image = torch.randn(1, 3, 33, 33)
    batch = {"image": {0: "batch"}}
    torch.onnx.export(net, (image,), "small.torchscript.onnx", dynamo=False, opset_version=17, dynamic_axes=batch, **names)
    torch.onnx.export(
        net,
        (image,),
        "small.torchscript-norms.onnx",
        dynamo=False,
        opset_version=17,
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
        **names,
    )
    torch.onnx.export(net, (image,), "small.dynamo.onnx", dynamo=True, external_data=False, verbose=False, **names)
    # The files must not contain the path of the network's source.
    dynamo = onnx.load("small.dynamo.onnx")
    for node in dynamo.graph.node:
        kept = [prop for prop in node.metadata_props if prop.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
        node.ClearField("doc_string")
    for value in [*dynamo.graph.value_info, *dynamo.graph.input, *dynamo.graph.output, *dynamo.graph.initializer]:
        del value.metadata_props[:]
    del dynamo.graph.metadata_props[:]
    onnx.save(dynamo, "small.dynamo.onnx")
    sizes = {"image": {0: "batch", 2: "height", 3: "width"}}
    torch.onnx.export(plain, (image,), "open.torchscript.onnx", dynamo=False, opset_version=17, dynamic_axes=sizes, **names)


if __name__ == "__main__":
    main()
