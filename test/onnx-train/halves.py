"""Runs the program of docs/training-onnx.md for several processes as it stands there: python halves.py DOC FOLDER LFERC...

FOLDER holds the pictures that our-losses.ts wrote. LFERC (a command) builds the steps of halves.lfer. Two processes of
torch.distributed must train as one process does on the same two half-batches: to the last bit with the same files, up to rounding
with the one file that accumulates two batches. Without batch norm they must train as one process on the double batch, up to rounding;
with batch norm not. Needs what requirements.txt and halves-requirements.txt say.
"""

import os
import re
import subprocess
import sys

import numpy as np
import onnxruntime as ort

BATCH, EPOCHS, RATE = 32, 5, np.array(0.01, np.float32)


def step_files(lferc, recipe, output, *more):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "halves.lfer")
    command = [*lferc, "build", source, "--target", "onnx-train", "--recipe", recipe, "-o", output, *more]
    subprocess.run(command, check=True)


def two_processes(program):
    """What both ranks have at the end."""
    with open("train.py", "w", encoding="utf-8") as file:
        file.write(program + 'np.savez(f"rank{rank}.npz", **state)\n')
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "train.py"]
    subprocess.run(launch, check=True)
    return [dict(np.load(f"rank{rank}.npz")) for rank in range(2)]


def one_process(path, batch):
    """The loop over one file, BATCH pictures after BATCH pictures or more at once."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    step = ort.InferenceSession(path, options)
    images, labels = np.load("images.npy"), np.load("labels.npy")
    names = [output.name for output in step.get_outputs()]
    state = {i.name: np.zeros(i.shape, np.float32) for i in step.get_inputs() if i.name.startswith("state.")}
    for _ in range(EPOCHS):
        for at in range(0, len(images) - batch + 1, batch):
            own = slice(at, at + batch)
            feeds = {"image": images[own], "data.label": labels[own], "learning_rate": RATE}
            results = dict(zip(names, step.run(None, {**feeds, **state})))
            state = {name: results[name.replace("state.", "next.", 1)] for name in state}
    return state


def one_process_on_halves():
    """The two files in one process: what each rank has at the end."""
    gradients, update = (ort.InferenceSession(f"step.{half}.onnx") for half in ("gradients", "update"))
    images, labels = np.load("images.npy"), np.load("labels.npy")

    def call(half, feeds):
        results = half.run(None, {i.name: feeds[i.name] for i in half.get_inputs()})
        return dict(zip([output.name for output in half.get_outputs()], results))

    inputs = [*gradients.get_inputs(), *update.get_inputs()]
    zeros = {i.name: np.zeros(i.shape, np.float32) for i in inputs if i.name.startswith("state.")}
    states = [zeros, zeros]
    for _ in range(EPOCHS):
        for at in range(0, len(images), 2 * BATCH):
            given = []
            for rank, state in enumerate(states):
                own = slice(at + rank * BATCH, at + (rank + 1) * BATCH)
                given.append(call(gradients, {"image": images[own], "data.label": labels[own], **state}))
            names = [name for name in given[0] if name.startswith("gradient.")]
            means = {name: (given[0][name] + given[1][name]) / np.float32(2) for name in names}
            updated = call(update, {"learning_rate": RATE, **means, **states[0]})
            afters = [{**each, **updated} for each in given]
            states = [{name: after[name.replace("state.", "next.", 1)] for name in zeros} for after in afters]
    return states


def is_local(name):
    return name.endswith(("running_mean", "running_var")) or name == "state.started"


def difference(found, wanted):
    """The largest difference of a parameter or its velocity, as a relative norm; and the names that are not the same bits."""
    shared = [name for name in found if not is_local(name)]
    assert len(shared) > 8 and set(shared) <= set(wanted), shared
    relative = [np.linalg.norm(found[n] - wanted[n]) / np.linalg.norm(wanted[n]) for n in shared]
    return max(relative), [n for n in shared if found[n].tobytes() != wanted[n].tobytes()]


def main(doc, folder, *lferc):
    with open(doc, encoding="utf-8") as file:
        *_, program = re.findall(r"^```python\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    assert "all_reduce" in program
    doubles = {}
    os.chdir(folder)
    for recipe in ("WithNorm", "WithoutNorm"):
        step_files(lferc, recipe, "step.onnx", "--split")
        step_files(lferc, recipe, "accumulating.onnx", "--set", "parts=2")
        step_files(lferc, recipe, "double.onnx", "--batch", str(2 * BATCH))
        first, second = two_processes(program)
        moved, unlike = difference(first, second)
        assert unlike == [], f"the processes have parted: {unlike} by {moved}"
        for rank, (found, wanted) in enumerate(zip((first, second), one_process_on_halves())):
            unlike = [name for name in wanted if found[name].tobytes() != wanted[name].tobytes()]
            assert unlike == [] and len(found) == len(wanted), f"rank {rank} is not one process on its half: {unlike}"
        accumulated, unlike = difference(first, one_process("accumulating.onnx", BATCH))
        doubles[recipe], _ = difference(first, one_process("double.onnx", 2 * BATCH))
        print(f"{recipe}: two processes are one on the same halves, all {len(first)} tensors to the last bit; the one file that")
        print(f"accumulates two batches differs by {accumulated:.1e} in {len(unlike)} of them, the double batch by {doubles[recipe]:.1e}")
        # ONNX Runtime may sum the squares of a gradient in another order in the one file.
        assert accumulated < 1e-4, accumulated
        norms = [name for name in first if name.endswith("running_mean")]
        assert (recipe == "WithNorm") == (len(norms) > 0)
        assert all(first[name].tobytes() != second[name].tobytes() for name in norms), "running statistics are not local"
    assert doubles["WithoutNorm"] < 1e-4, doubles
    assert doubles["WithNorm"] > 1e-2, doubles


main(*sys.argv[1:])
