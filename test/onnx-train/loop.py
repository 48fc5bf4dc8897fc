"""Runs the Python code of docs/training-onnx.md unchanged: python loop.py DOC FOLDER LFERC...

FOLDER holds step.onnx (`lferc build --target onnx-train` of small.lfer) and what our-losses.ts wrote. The losses must fall, and
those of the first epoch equal ours; then LFERC (a command) builds a model with the trained weights, which must have the classes.
Needs the packages in requirements.txt.
"""

import contextlib
import io
import json
import os
import re
import subprocess
import sys

import numpy as np
import onnxruntime as ort


def main(doc, folder, *lferc):
    with open(doc, encoding="utf-8") as file:
        loop, keep, _ = re.findall(r"^```python\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    lines = [line for line in loop.splitlines() if line.strip() and not line.startswith("import")]
    assert len(lines) <= 10, f"a loop of {len(lines)} lines"
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "small.lfer")
    os.chdir(folder)
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(compile(loop, doc, "exec"), names)
    losses = [float(line.split()[1]) for line in printed.getvalue().splitlines()]
    with open("ours.json", encoding="utf-8") as file:
        ours = json.load(file)
    print("pip's onnxruntime", ort.__version__, *(f"{loss:.6f}" for loss in losses[: len(ours)]), "...", losses[-1])
    assert len(ours) > 3 and len(losses) == 5 * len(ours), losses
    # Rounding differs between the two, and training amplifies it.
    np.testing.assert_allclose(losses[0], ours[0], rtol=1e-5)
    np.testing.assert_allclose(losses[: len(ours)], ours, rtol=2e-3)
    assert losses[-1] < 0.3 * losses[0], losses

    exec(compile(keep, doc, "exec"), names)
    subprocess.run([*lferc, "build", source, "--weights", "trained.safetensors", "-o", "model.onnx"], check=True)
    images, labels = np.load("images.npy"), np.load("labels.npy")
    (logits,) = ort.InferenceSession("model.onnx").run(None, {"image": images})
    share = np.mean(logits.argmax(1) == labels.argmax(1))
    print(f"built of the trained weights: {share:.0%} right")
    assert share > 0.9


main(*sys.argv[1:])
