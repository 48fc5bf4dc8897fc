"""Counts the networks of a file with PyTorch's counters and prints one JSON: tool -> network -> quantity -> number.

python torch_tools.py networks.json > torch-tools.json
python torch_tools.py layers.json > torch-tools-layers.json
Needs torch, fvcore, thop, ptflops, torchinfo, torchstat, calflops, deepspeed (each counter is left out where it cannot be imported).
Every layer is a module of its own; arithmetic is written with operators, as people write it.
"""
import contextlib
import io
import json
import pathlib
import sys
import warnings

import numpy
import torch
from torch import nn

warnings.filterwarnings("ignore")
for old, new in (("long", int), ("int", int), ("float", float)):  # torchstat wants numpy < 1.24
    if old not in numpy.__dict__:
        setattr(numpy, old, new)


class Say(nn.Module):
    """A function without weights, so that Sequential can hold it; counters with module hooks see a type they do not know."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def shuffle(groups):
    def run(x):
        n, c, h, w = x.shape
        return x.reshape(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)

    return run


FUNCTIONS = {
    "exp": torch.exp,
    "square": torch.square,
    "sqrt": torch.sqrt,
    "log": torch.log,
    "abs": torch.abs,
    "neg": lambda x: -x,
    "add": lambda x: x + x,
    "sub": lambda x: x - x,
    "mul": lambda x: x * x,
    "div": lambda x: x / x,
    "pow": lambda x: x**x,
    "minimum": lambda x: torch.minimum(x, x),
    "maximum": lambda x: torch.maximum(x, x),
    "concat": lambda x: torch.cat([x, x], 1),
    "reduce_mean": lambda x: x.mean([2, 3]),
}
ACTIVATIONS = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "mish": nn.Mish,
    "silu": nn.SiLU,
    "hard_sigmoid": nn.Hardsigmoid,
    "hard_swish": nn.Hardswish,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
    "leaky_relu": nn.LeakyReLU,
    "prelu": nn.PReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "dropout": nn.Dropout,
}


def layer(spec, shape):
    op = spec["op"]
    if op == "conv2d":
        return nn.Conv2d(
            shape[1], spec["channels"], spec["kernel"], spec.get("stride", 1), spec.get("padding", 0),
            spec.get("dilation", 1), spec.get("groups", 1), spec.get("bias", False),
        )
    if op == "conv2d_transpose":
        return nn.ConvTranspose2d(
            shape[1], spec["channels"], spec["kernel"], spec["stride"], spec.get("padding", 0),
            groups=spec["groups"], bias=spec["bias"],
        )
    if op == "layer_norm":
        return nn.LayerNorm(list(shape[spec["axis"]:]))
    if op == "group_norm":
        return nn.GroupNorm(spec["groups"], shape[1])
    if op == "local_response_norm":
        return nn.LocalResponseNorm(spec["size"])
    if op == "reflection_pad":
        return nn.ReflectionPad2d(spec["padding"])
    if op == "instance_norm":
        return nn.InstanceNorm2d(shape[1], affine=spec["affine"])
    if op == "adaptive_avg_pool":
        return nn.AdaptiveAvgPool2d(spec["size"])
    if op == "adaptive_max_pool":
        return nn.AdaptiveMaxPool2d(spec["size"])
    if op == "resize":
        return nn.Upsample(scale_factor=spec["scale"], mode=spec["mode"])
    if op == "linear":
        return nn.Linear(shape[1], spec["features"], spec["bias"])
    if op == "batch_norm":
        return nn.BatchNorm2d(shape[1]) if len(shape) == 4 else nn.BatchNorm1d(shape[1])
    if op == "max_pool":
        return nn.MaxPool2d(spec["kernel"], spec["stride"], spec.get("padding", 0))
    if op == "avg_pool":
        return nn.AvgPool2d(spec["kernel"], spec["stride"], spec.get("padding", 0))
    if op == "global_avg_pool":
        return nn.AdaptiveAvgPool2d(1)
    if op == "flatten":
        return nn.Flatten()
    if op == "softmax":
        return nn.Softmax(1)
    if op == "log_softmax":
        return nn.LogSoftmax(1)
    if op == "channel_shuffle":
        return Say(shuffle(spec["groups"]))
    return ACTIVATIONS[op]() if op in ACTIVATIONS else Say(FUNCTIONS[op])


def network(spec):
    layers, x = [], torch.rand(1, *spec["input"]) + 1
    for each in spec["layers"]:
        made = layer(each, x.shape).eval()
        layers.append(made)
        x = made(x)
    return nn.Sequential(*layers).eval()


def fvcore(net, shape):
    from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis

    x = torch.rand(1, *shape) + 1
    return {"macs": FlopCountAnalysis(net, x).total(), "activations": ActivationCountAnalysis(net, x).total()}


def thop(net, shape):
    import thop as tool

    return {"macs": tool.profile(net, (torch.rand(1, *shape) + 1,), verbose=False)[0]}


def torchstat(net, shape):
    from torchstat.compute_flops import compute_flops
    from torchstat.compute_madd import compute_madd

    total = {"madds": 0, "macs": 0}

    def hook(module, inputs, output):
        for quantity, compute in (("madds", compute_madd), ("macs", compute_flops)):
            with contextlib.suppress(AssertionError):  # what it refuses (a linear layer on tokens) it does not count
                total[quantity] += int(compute(module, inputs[0], output))

    hooks = [m.register_forward_hook(hook) for m in net.modules() if not list(m.children())]
    net(torch.rand(1, *shape) + 1)
    for each in hooks:
        each.remove()
    return total


def ptflops_with(backend):
    def run(net, shape):
        from ptflops import get_model_complexity_info

        macs, _ = get_model_complexity_info(
            net, tuple(shape), as_strings=False, print_per_layer_stat=False, backend=backend
        )
        return {"macs": macs}

    return run


def torchinfo(net, shape):
    from torchinfo import summary

    return {"mult_adds": summary(net, input_size=(1, *shape), verbose=0).total_mult_adds}


def calflops(net, shape):
    from calflops import calculate_flops

    flops, macs, _ = calculate_flops(
        net, (1, *shape), print_results=False, print_detailed=False, output_as_string=False
    )
    return {"flops": flops, "macs": macs}


def deepspeed(net, shape):
    from deepspeed.profiling.flops_profiler import get_model_profile

    flops, macs, _ = get_model_profile(net, (1, *shape), print_profile=False, detailed=False, as_string=False)
    return {"flops": flops, "macs": macs}


def torch_counter(net, shape):
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        net(torch.rand(1, *shape) + 1)
    return {"flops": counter.get_total_flops()}


TOOLS = {
    "fvcore": fvcore,
    "thop": thop,
    "torchstat": torchstat,
    "ptflops": ptflops_with("pytorch"),
    "ptflops-aten": ptflops_with("aten"),
    "torchinfo": torchinfo,
    "calflops": calflops,
    "deepspeed": deepspeed,
    "torch": torch_counter,
}


def main():
    specs = json.loads((pathlib.Path(__file__).parent / sys.argv[1]).read_text())
    result = {}
    for tool, count in TOOLS.items():
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                counts = {name: count(network(spec), spec["input"]) for name, spec in specs.items()}
        except ImportError as error:
            print(f"{tool} left out: {error}", file=sys.stderr)
            continue
        result[tool] = {name: {key: int(value) for key, value in each.items()} for name, each in counts.items()}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
