# Makes rounded-weights.json: weights as rounded by tensorflowjs 4.22.0. It needs numpy, and quantization.py of that wheel beside it:
#   pip download --no-deps tensorflowjs==4.22.0 && unzip -j tensorflowjs-4.22.0-*.whl tensorflowjs/quantization.py
#   python make_rounded_weights.py > rounded-weights.json
import json

import numpy as np
import quantization

draw = np.random.RandomState(5)
cases = {
    "around zero": draw.randn(3, 7),
    "above zero": draw.rand(2, 9) + 0.25,
    "below zero": -draw.rand(2, 9) - 3,
    "constant": np.full((2, 3), 0.75),
    "zeros": np.zeros((2, 2)),
    "from zero": np.abs(draw.randn(4, 4)) * 1e-6,
    "small and large": draw.randn(4, 6) * np.exp(draw.randn(4, 6) * 4),
}
cases["from zero"][0, 0] = 0
rows = []
for title, values in cases.items():
    weights = values.astype("float32")
    steps, told = quantization.quantize_weights(weights, np.uint8)
    halves, _ = quantization.quantize_weights(weights, np.float16)
    rows.append(
        {
            "title": title,
            "shape": list(weights.shape),
            "values": [float(value) for value in weights.ravel()],
            "uint8": {"steps": steps.ravel().tolist(), "min": float(told["min"]), "scale": float(told["scale"])},
            "float16": halves.view(np.uint16).ravel().tolist(),
        }
    )
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
