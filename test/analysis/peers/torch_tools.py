"""Counts the networks of networks.json with PyTorch's counters; the results are in runs/TOOL.json.

python torch_tools.py [TOOL...]
Needs torch, fvcore, thop, ptflops, torchinfo, torchstat, calflops, deepspeed; a tool that cannot be imported is skipped and its results
are kept. thop-2020 is thop's repository at commit 05fe619, in the folder given by the variable THOP_2020.
Every layer is a separate module; arithmetic uses operators, as is usual. An op without an entry in LAYERS or FUNCTIONS is not counted.
"""
import collections
import collections.abc
import contextlib
import functools
import importlib
import importlib.metadata
import io
import logging
import os
import sys
import warnings

import numpy
import torch
from runs import ask, keep, values_of
from torch import nn

warnings.filterwarnings("ignore")
for old, new in (("long", int), ("int", int), ("float", float)):  # torchstat wants numpy < 1.24
    if old not in numpy.__dict__:
        setattr(numpy, old, new)


class Say(nn.Module):
    """A function without weights as a module, so that it has its own name; counters with hooks see an unknown type."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *given):
        return self.function(*given)


class DropPath(nn.Module):
    """As usual: outside of training it is the identity."""

    def forward(self, x):
        return x


def shuffled(x, groups):
    n, c, h, w = x.shape
    return x.reshape(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)


def reshaped(x, shape):
    """A negative length is a multiple of the batch, which is 1."""
    return x.reshape([abs(side) for side in shape])


# Looked up when they are called: tools replace some of them by their own.
FUNCTIONS = {
    "matmul": lambda a, b: torch.matmul(a, b),
    "cumsum": lambda x, axis, reverse: torch.cumsum(x.flip(axis), axis).flip(axis) if reverse else torch.cumsum(x, axis),
    "erf": lambda x: torch.erf(x),
    "exp": lambda x: torch.exp(x),
    "log": lambda x: torch.log(x),
    "sqrt": lambda x: torch.sqrt(x),
    "neg": lambda x: -x,
    "abs": lambda x: torch.abs(x),
    "square": lambda x: torch.square(x),
    "clip": lambda x, min, max: x.clamp(min, max),
    "reshape": reshaped,
    "transpose": lambda x, permutation: x.permute(permutation),
    "concat": lambda *given, axis: torch.cat(given, axis),
    "split": lambda x, axis, sizes: x.split(sizes, axis)[0],
    "slice": lambda x, axis, **ends: x[(slice(None),) * axis + (slice(ends["from"], ends["to"]),)],
    "channel_shuffle": shuffled,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "maximum": lambda a, b: torch.maximum(a, b),
    "minimum": lambda a, b: torch.minimum(a, b),
    "reduce_sum": lambda x, axes, keep: x.sum(axes, keep),
    "reduce_mean": lambda x, axes, keep: x.mean(axes, keep),
    "reduce_max": lambda x, axes, keep: x.amax(axes, keep),
    "reduce_min": lambda x, axes, keep: x.amin(axes, keep),
    "greater": lambda a, b: a > b,
    "less": lambda a, b: a < b,
    "greater_equal": lambda a, b: a >= b,
    "less_equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "logical_and": lambda a, b: a & b,
    "logical_or": lambda a, b: a | b,
    "logical_not": lambda x: ~x,
    "where": lambda condition, a, b: torch.where(condition, a, b),
}


def conv2d(shape, channels, kernel, stride, padding, dilation, groups, bias):
    return nn.Conv2d(shape[1], channels, kernel, stride, padding[:2], dilation, groups, bias)


def conv2d_transpose(shape, channels, kernel, stride, padding, output_padding, dilation, groups, bias):
    return nn.ConvTranspose2d(
        shape[1], channels, kernel, stride, padding[:2], output_padding, groups, bias, dilation
    )


def layer_norm(shape, axis, through, epsilon):
    norm = nn.LayerNorm(list(shape[axis : through + 1]), epsilon)
    if through == len(shape) - 1:
        return norm
    return nn.Sequential(Say(lambda x: x.permute(0, 2, 3, 1)), norm, Say(lambda x: x.permute(0, 3, 1, 2)))


def resize(shape, size, mode, align_corners):
    """By a scale, as is usual: given a size, calflops multiplies only that size's sides."""
    scale = size[0] / shape[2]
    assert scale * shape[3] == size[1], "one scale for both axes"
    return nn.Upsample(scale_factor=scale, mode=mode, align_corners=align_corners if mode == "bilinear" else None)


def sides(padding):
    """Ours are rows before, columns before, rows after, columns after; PyTorch's left, right, top, bottom."""
    top, left, bottom, right = padding
    return (left, right, top, bottom)


LAYERS = {
    "conv2d": conv2d,
    "conv2d_transpose": conv2d_transpose,
    "linear": lambda shape, features, bias: nn.Linear(shape[-1], features, bias),
    "batch_norm": lambda shape, epsilon, momentum: (nn.BatchNorm2d if len(shape) == 4 else nn.BatchNorm1d)(shape[1]),
    "layer_norm": layer_norm,
    "group_norm": lambda shape, groups, epsilon: nn.GroupNorm(groups, shape[1]),
    "instance_norm": lambda shape, affine, epsilon: nn.InstanceNorm2d(shape[1], affine=affine),
    "local_response_norm": lambda _, size, alpha, beta, k: nn.LocalResponseNorm(size, alpha, beta, k),
    "relu": lambda _: nn.ReLU(),
    "relu6": lambda _: nn.ReLU6(),
    "leaky_relu": lambda _, slope: nn.LeakyReLU(slope),
    "prelu": lambda shape, per_channel: nn.PReLU(shape[1] if per_channel else 1),
    "elu": lambda _, alpha: nn.ELU(alpha),
    "celu": lambda _, alpha: nn.CELU(alpha),
    "selu": lambda _: nn.SELU(),
    "gelu": lambda _, approximate: nn.GELU("tanh" if approximate else "none"),
    "mish": lambda _: nn.Mish(),
    "silu": lambda _: nn.SiLU(),
    "sigmoid": lambda _: nn.Sigmoid(),
    "tanh": lambda _: nn.Tanh(),
    "softplus": lambda _: nn.Softplus(),
    "hard_sigmoid": lambda _: nn.Hardsigmoid(),
    "hard_swish": lambda _: nn.Hardswish(),
    "identity": lambda _: nn.Identity(),
    "dropout": lambda _, p: nn.Dropout(p),
    "drop_path": lambda _, p: DropPath(),
    "max_pool": lambda _, kernel, stride, padding: nn.MaxPool2d(kernel, stride, padding[:2]),
    "avg_pool": lambda _, kernel, stride, padding, count_include_pad, overhang: nn.AvgPool2d(
        kernel, stride, padding[:2], count_include_pad=count_include_pad
    ),
    "global_avg_pool": lambda _: nn.AdaptiveAvgPool2d(1),
    "adaptive_avg_pool": lambda _, size: nn.AdaptiveAvgPool2d(size),
    "adaptive_max_pool": lambda _, size: nn.AdaptiveMaxPool2d(size),
    "flatten": lambda _, axis: nn.Flatten(axis),
    "resize": resize,
    "pad": lambda _, padding, value: nn.ZeroPad2d(sides(padding)) if value == 0 else nn.ConstantPad2d(sides(padding), value),
    "reflection_pad": lambda _, padding: nn.ReflectionPad2d(sides(padding)),
    "replication_pad": lambda _, padding: nn.ReplicationPad2d(sides(padding)),
    "softmax": lambda _, axis: nn.Softmax(axis),
    "log_softmax": lambda _, axis: nn.LogSoftmax(axis),
}


def layer(op, given, attributes):
    if op in FUNCTIONS:
        return Say(lambda *values: FUNCTIONS[op](*values, **attributes))
    return LAYERS[op](given[0].shape if given else (), **attributes)


class Network(nn.Module):
    """The layers of a network, each beside the others."""

    def __init__(self, spec):
        super().__init__()
        self.specs = spec["layers"]

        def made(i, op, given, attributes):
            if op == "constant":
                self.register_buffer(f"layer_{i}", torch.tensor(attributes["values"]).reshape(attributes["shape"]))
                return getattr(self, f"layer_{i}")
            module = layer(op, given, attributes).eval()
            self.add_module(f"layer_{i}", module)
            return module(*given)

        values_of(self.specs, torch.rand(1, *spec["input"]) + 1, made)

    def forward(self, x):
        def run(i, op, given, attributes):
            layer = getattr(self, f"layer_{i}")
            return layer if op == "constant" else layer(*given)

        return values_of(self.specs, x, run)[-1]


def fvcore(net, shape):
    from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis

    x = torch.rand(1, *shape) + 1
    return {"macs": FlopCountAnalysis(net, x).total(), "activations": ActivationCountAnalysis(net, x).total()}


def thop(net, shape):
    import thop as tool

    return {"macs": tool.profile(net, (torch.rand(1, *shape) + 1,), verbose=False)[0]}


def thop_2020(net, shape):
    return {"macs": of_2020().profile(net, (torch.rand(1, *shape) + 1,), verbose=False)[0]}


@functools.cache
def of_2020():
    """The old thop, beside the current one, which has the same name."""
    if not hasattr(collections, "Iterable"):  # it wants Python < 3.10
        collections.Iterable = collections.abc.Iterable
    today = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "thop"}
    sys.path.insert(0, os.environ["THOP_2020"])
    tool = importlib.import_module("thop")
    sys.path.pop(0)
    for name in [name for name in sys.modules if name.split(".")[0] == "thop"]:
        del sys.modules[name]
    sys.modules.update(today)
    return tool


def torchstat(net, shape):
    from torchstat.compute_flops import compute_flops
    from torchstat.compute_madd import compute_madd

    total = {"madds": 0, "macs": 0}

    def hook(module, inputs, output):
        for quantity, compute in (("madds", compute_madd), ("macs", compute_flops)):
            with contextlib.suppress(AssertionError):  # it does not count what it rejects (a linear layer on tokens)
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

    if not list(net.parameters()):  # it asks the first one where it is
        net.register_parameter("unused", nn.Parameter(torch.zeros(1)))
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
    "thop-2020": thop_2020,
    "torchstat": torchstat,
    "ptflops": ptflops_with("pytorch"),
    "ptflops-aten": ptflops_with("aten"),
    "torchinfo": torchinfo,
    "calflops": calflops,
    "deepspeed": deepspeed,
    "torch": torch_counter,
}


def versions_of(tool):
    """Which tool this is; of one that is missing, nothing."""
    package = "ptflops" if tool == "ptflops-aten" else tool
    if tool == "thop-2020":
        versions = {"thop": "commit 05fe619"} if "THOP_2020" in os.environ else None
    else:
        try:
            versions = {package: importlib.metadata.version(package)}
        except importlib.metadata.PackageNotFoundError:
            versions = None
    return versions and {**versions, "torch": torch.__version__.split("+")[0]}


def main():
    logging.disable(logging.CRITICAL)
    for tool in sys.argv[1:] or TOOLS:
        versions = versions_of(tool)
        if versions is None:
            print(f"{tool} left out: it is not here", file=sys.stderr)
            continue

        def count(_, spec):
            net = Network(spec).eval()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), torch.no_grad():
                return TOOLS[tool](net, spec["input"])

        keep(tool, versions, ask(count, {*LAYERS, *FUNCTIONS, "constant"}))


if __name__ == "__main__":
    main()
