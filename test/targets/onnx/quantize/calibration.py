"""Writes calibration.json: the ranges that ONNX Runtime's own calibrator finds (PyPI: onnx, onnxruntime, numpy).

    python test/targets/onnx/quantize/calibration.py > test/targets/onnx/quantize/calibration.json
"""

import contextlib
import json
import sys
import tempfile

import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx import save as save_model
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod
from onnxruntime.quantization.calibrate import create_calibrator

COUNT = 20000


def noise(seed):
    """Numbers in [0, 1) by a linear congruential generator, the same as in the test."""
    state, out = seed, np.empty(COUNT)
    for i in range(COUNT):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = state / 2**32
    return out


u, v, w = noise(1), noise(2), noise(3)
bell = u + v + w - 1.5
tensors = {
    "even": u * 3 - 1,
    "bell": bell,
    "positive": np.maximum(bell, 0),
    "tailed": bell * bell * bell * np.where(w > 0.999, 40, 1),
    "one_sided_tail": np.where(v > 0.9995, 30 * u, np.maximum(bell, 0)),
}


class Once(CalibrationDataReader):
    def __init__(self, feed):
        self.feeds = iter([feed])

    def get_next(self):
        return next(self.feeds, None)


def ranges(method, options):
    found = {}
    for name, numbers in tensors.items():
        data = numbers.astype(np.float32)
        info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [COUNT]) for n in ("x", "y")]
        graph = helper.make_graph([helper.make_node("LeakyRelu", ["x"], ["y"], alpha=1.0)], "g", info[:1], info[1:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
            save_model(model, f"{folder}/m.onnx")
            calibrator = create_calibrator(
                f"{folder}/m.onnx",
                ["LeakyRelu"],
                f"{folder}/augmented.onnx",
                method,
                extra_options={"symmetric": False, **options},
            )
            calibrator.collect_data(Once({"x": data}))
            low, high = calibrator.compute_data()["x"].range_value
        found[name] = [float(np.ravel(low)[0]), float(np.ravel(high)[0])]
    return found


print(
    json.dumps(
        {
            "onnxruntime": onnxruntime.__version__,
            "count": COUNT,
            "minmax": ranges(CalibrationMethod.MinMax, {}),
            "percentile": ranges(CalibrationMethod.Percentile, {"num_bins": 2048, "percentile": 99.999}),
            "entropy": ranges(CalibrationMethod.Entropy, {"num_bins": 2048, "num_quantized_bins": 128}),
        },
        indent=2,
    )
)
