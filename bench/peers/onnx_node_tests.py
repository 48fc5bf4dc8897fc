"""Writes the generated node tests of PyPI's `onnx` to a folder: NAME.onnx, and shapes.json with the sizes of each one's outputs.

    python bench/peers/onnx_node_tests.py FOLDER
    node --import tsx bench/onnx-node-tests.ts FOLDER

The second reads every file as `lferc stats` does, and compares. onnx 1.23.2, numpy 2.
"""
import json
import pathlib
import sys

import onnx
from onnx.backend.test.case.node import collect_testcases


def sizes(value):
    """Of a numpy array or a TensorProto; a sequence or an optional value has none."""
    if hasattr(value, "shape"):
        return list(value.shape)
    return list(value.dims) if isinstance(value, onnx.TensorProto) else None


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
shapes = {}
for case in collect_testcases(None):
    if case.model is None:
        continue
    (folder / f"{case.name}.onnx").write_bytes(case.model.SerializeToString())
    [(_, outputs), *_] = case.data_sets
    shapes[case.name] = [sizes(value) for value in outputs]
(folder / "shapes.json").write_text(json.dumps({"onnx": onnx.__version__, "shapes": shapes}))
print(len(shapes), "node tests of onnx", onnx.__version__)
