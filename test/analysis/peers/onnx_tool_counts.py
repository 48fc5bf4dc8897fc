"""Counts the networks of networks.json as ONNX graphs with onnx-tool and prints one JSON: network -> macs.

python onnx_tool_counts.py > onnx-tool.json
Needs onnx and onnx-tool. Batch norm stands folded into the convolution before it (a bias), as every exporter writes it.
Each network has the work of its shape arithmetic left out: reshapes have constant shapes.
"""
import contextlib
import io
import json
import math
import pathlib

import numpy
import onnx
import onnx_tool
from onnx import TensorProto, helper, numpy_helper

UNARY = {
    "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softplus": "Softplus", "exp": "Exp", "sqrt": "Sqrt",
    "log": "Log", "hard_sigmoid": "HardSigmoid", "hard_swish": "HardSwish", "abs": "Abs", "neg": "Neg",
}
BINARY = {"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow", "minimum": "Min", "maximum": "Max"}


class Writer:
    def __init__(self, shape):
        self.shape, self.nodes, self.constants, self.value = [1, *shape], [], [], "image"

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, *shape):
        return self.constant(numpy.ones(shape, numpy.float32))

    def node(self, op_type, inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op_type, inputs, [name], name=f"n{len(self.nodes)}", **attributes))
        return name

    def window(self, spec):
        k, s, p, d = spec["kernel"], spec.get("stride", 1), spec.get("padding", 0), spec.get("dilation", 1)
        size = [(side + 2 * p - d * (k - 1) - 1) // s + 1 for side in self.shape[2:]]
        return size, {"kernel_shape": [k, k], "strides": [s, s], "pads": [p] * 4}

    def conv(self, spec, folded):
        size, attributes = self.window(spec)
        channels, groups, k = spec["channels"], spec.get("groups", 1), spec["kernel"]
        d = spec.get("dilation", 1)
        inputs = [self.value, self.weight(channels, self.shape[1] // groups, k, k)]
        if spec.get("bias", False) or folded:
            inputs.append(self.weight(channels))
        self.value = self.node("Conv", inputs, group=groups, dilations=[d, d], **attributes)
        self.shape = [1, channels, *size]

    def layer(self, spec, following):
        op, x = spec["op"], self.value
        if op == "conv2d":
            self.conv(spec, following == "batch_norm")
        elif op == "batch_norm":
            pass
        elif op == "linear":
            inputs = [x, self.weight(spec["features"], self.shape[1])]
            if spec["bias"]:
                inputs.append(self.weight(spec["features"]))
            self.value, self.shape = self.node("Gemm", inputs, transB=1), [1, spec["features"]]
        elif op in ("max_pool", "avg_pool"):
            size, attributes = self.window(spec)
            self.value = self.node("MaxPool" if op == "max_pool" else "AveragePool", [x], **attributes)
            self.shape = [*self.shape[:2], *size]
        elif op == "global_avg_pool":
            self.value, self.shape = self.node("GlobalAveragePool", [x]), [*self.shape[:2], 1, 1]
        elif op == "flatten":
            self.value, self.shape = self.node("Flatten", [x]), [1, math.prod(self.shape[1:])]
        elif op == "softmax":
            self.value = self.node("Softmax", [x], axis=1)
        elif op == "log_softmax":
            self.value = self.node("LogSoftmax", [x], axis=1)
        elif op == "relu6":
            bounds = [self.constant(numpy.array(n, numpy.float32)) for n in (0, 6)]
            self.value = self.node("Clip", [x, *bounds])
        elif op == "silu":
            self.value = self.node("Mul", [x, self.node("Sigmoid", [x])])
        elif op == "mish":
            self.value = self.node("Mul", [x, self.node("Tanh", [self.node("Softplus", [x])])])
        elif op == "square":
            self.value = self.node("Mul", [x, x])
        elif op == "concat":
            self.value = self.node("Concat", [x, x], axis=1)
            self.shape[1] *= 2
        elif op == "channel_shuffle":
            n, c, h, w = self.shape
            g = spec["groups"]
            cut = self.node("Reshape", [x, self.constant(numpy.array([n, g, c // g, h, w]))])
            turned = self.node("Transpose", [cut], perm=[0, 2, 1, 3, 4])
            self.value = self.node("Reshape", [turned, self.constant(numpy.array([n, c, h, w]))])
        elif op == "reduce_mean":
            self.value, self.shape = self.node("ReduceMean", [x], axes=[2, 3], keepdims=0), self.shape[:2]
        elif op in BINARY:
            self.value = self.node(BINARY[op], [x, x])
        else:
            self.value = self.node(UNARY[op], [x])

    def model(self, shape):
        tensor = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
        graph = helper.make_graph(
            self.nodes, "g", [tensor("image", [1, *shape])], [tensor(self.value, self.shape)], self.constants
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def count(spec):
    writer = Writer(spec["input"])
    names = [each["op"] for each in spec["layers"]] + [""]
    for each, following in zip(spec["layers"], names[1:]):
        writer.layer(each, following)
    model = writer.model(spec["input"])
    onnx.checker.check_model(model, full_check=True)
    with contextlib.redirect_stdout(io.StringIO()):
        graph = onnx_tool.Model(model, {"verbose": False}).graph
        graph.shape_infer()
        graph.profile()
    return int(graph.macs[0] if isinstance(graph.macs, (list, tuple, numpy.ndarray)) else graph.macs)


specs = json.loads((pathlib.Path(__file__).parent / "networks.json").read_text())
print(json.dumps({name: {"macs": count(spec)} for name, spec in specs.items()}, indent=1))
