"""Counts the networks of networks.json, as lferc deploys them, with onnx-tool; the results are in runs/onnx-tool.json.

node --import tsx write-onnx.ts FOLDER; python onnx_tool_counts.py FOLDER
Needs onnx and onnx-tool. `nodes` lists the nodes of the file: if lferc writes a network differently, it must be counted again.
"""
import contextlib
import importlib.metadata
import io
import pathlib
import sys
import urllib.parse
import warnings

import numpy
import onnx
import onnx_tool
from runs import ask, keep, networks

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(sys.argv[1])


def file_of(name):
    model = onnx.load(FOLDER / (urllib.parse.quote(name, safe="'") + ".onnx"))
    onnx.checker.check_model(model, full_check=True)
    return model


def count(name, spec):
    model = file_of(name)
    image = model.graph.input[0]
    shape = [1, *(side.dim_value for side in image.type.tensor_type.shape.dim[1:])]
    with contextlib.redirect_stdout(io.StringIO()):
        graph = onnx_tool.Model(model, {"verbose": False}).graph
        graph.shape_infer({image.name: numpy.ones(shape, numpy.float32)})
        graph.profile()
    return {"macs": graph.macs[0] if isinstance(graph.macs, (list, tuple, numpy.ndarray)) else graph.macs}


specs = networks().values()
answers = ask(count, {each["op"] for spec in specs for each in spec["layers"]})
for name, answer in answers.items():
    answer["nodes"] = " ".join(node.op_type for node in file_of(name).graph.node)
versions = {package: importlib.metadata.version(package) for package in ("onnx-tool", "onnx")}
keep("onnx-tool", versions, answers)
