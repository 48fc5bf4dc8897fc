"""Runs an ONNX file in OpenVINO on request, as ort-runner.ts does in ONNX Runtime: python openvino_runner.py FILE THREADS
Needs openvino, numpy."""
import json
import math
import sys
import time

import numpy
import openvino

file, threads = sys.argv[1], int(sys.argv[2])
core = openvino.Core()
settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
model = core.compile_model(core.read_model(file), "CPU", settings)
shape = [side.get_length() if side.is_static else 1 for side in model.input(0).partial_shape]
picture = numpy.sin(numpy.arange(math.prod(shape), dtype=numpy.float32)).reshape(shape)
request = model.create_infer_request()
print(json.dumps({"runtime": f"openvino {openvino.__version__.split('-')[0]}", "shape": shape}), flush=True)

for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter_ns()
        request.infer([picture])
        times.append((time.perf_counter_ns() - start) / 1e6)
    print(json.dumps(times), flush=True)
