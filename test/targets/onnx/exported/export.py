"""Writes the ONNX files of this folder: one small network as PyTorch's two exporters write it.

    pip install torch onnx onnxscript && python export.py

small.torchscript.onnx         TorchScript exporter, batch norms folded into convolutions (its default)
small.torchscript-norms.onnx   the same with `training=PRESERVE`, which keeps them
small.dynamo.onnx              dynamo exporter, as it is by default
open.torchscript.onnx          the network without its attention, height and width left open
edges.torchscript.onnx         a network of paddings, slices with steps and moved cells, whose sizes the exporter computes in the file
edges.dynamo.onnx              the same by the dynamo exporter

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


class Edges(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(12, 8, 3, padding=1, padding_mode="reflect", bias=False)
        self.pad = nn.ZeroPad2d((1, 2, 0, 1))
        self.down = nn.Conv2d(8, 16, 3, stride=2, bias=False)
        self.blur = nn.ReflectionPad2d(1)
        self.line = nn.Conv1d(16, 4, 3, padding=1)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        # YOLO's Focus.
        x = torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)
        x = nn.functional.pad(self.stem(x), (1, 1, 1, 1))
        x = nn.functional.pixel_shuffle(self.down(self.pad(x)), 2)
        x = nn.functional.avg_pool2d(self.blur(nn.functional.pixel_unshuffle(x, 2)), 3, 1)
        # TensorFlow's SAME, as timm writes it, but without a negative floor division: TorchScript's exporter cuts that towards 0.
        h = x.shape[-2]
        pad = max(((h + 1) // 2 - 1) * 2 + 3 - h, 0)
        x = nn.functional.pad(x, (pad // 2, pad - pad // 2, pad // 2, pad - pad // 2))
        x = self.line(nn.functional.max_pool2d(x, 3, 2).flatten(2))
        return self.head(nn.functional.max_pool1d(x, 2).mean(2))


def export_edges():
    net, image = Edges().eval(), torch.zeros(1, 3, 32, 32)
    names = {"input_names": ["image"], "output_names": ["logits"]}
    batch = {"image": {0: "batch"}}
    torch.onnx.export(net, (image,), "edges.torchscript.onnx", dynamo=False, opset_version=17, dynamic_axes=batch, **names)
    torch.onnx.export(net, (image,), "edges.dynamo.onnx", dynamo=True, external_data=False, verbose=False, **names)
    without_paths("edges.dynamo.onnx")
    print("edges:", sum(parameter.numel() for parameter in net.parameters()), "parameters")


def without_paths(file):
    """The files must not contain the path of the network's source."""
    dynamo = onnx.load(file)
    for node in dynamo.graph.node:
        kept = [prop for prop in node.metadata_props if prop.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
        node.ClearField("doc_string")
    for value in [*dynamo.graph.value_info, *dynamo.graph.input, *dynamo.graph.output, *dynamo.graph.initializer]:
        del value.metadata_props[:]
    del dynamo.graph.metadata_props[:]
    onnx.save(dynamo, file)


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
    without_paths("small.dynamo.onnx")
    sizes = {"image": {0: "batch", 2: "height", 3: "width"}}
    torch.onnx.export(plain, (image,), "open.torchscript.onnx", dynamo=False, opset_version=17, dynamic_axes=sizes, **names)
    export_edges()


if __name__ == "__main__":
    main()
