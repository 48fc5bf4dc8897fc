"""Compares train.py with lferc's engine, with itself in several processes, and with a run that was killed.

python check.py FOLDER LFERC..., where write-proofs.ts has written FOLDER, and LFERC... runs lferc.
"""

import argparse
import base64
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load_file

FOLDER, LFERC = Path(sys.argv[1]).resolve(), sys.argv[2:]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
os.environ["OMP_NUM_THREADS"] = "1"


def module(folder, name):
    """A module of a recipe's folder, with those beside it."""
    for known in ("train", "pictures", "run_folder", "model", "teacher"):
        sys.modules.pop(known, None)
    sys.path.insert(0, str(FOLDER / folder))
    try:
        spec = importlib.util.spec_from_file_location(name, FOLDER / folder / f"{name}.py")
        made = importlib.util.module_from_spec(spec)
        sys.modules[name] = made
        spec.loader.exec_module(made)
        return made
    finally:
        sys.path.pop(0)


def distance(one, other):
    """The largest difference of a tensor, as a share of its norm."""
    assert one.keys() == other.keys(), one.keys() ^ other.keys()
    pairs = [(one[name], other[name]) for name in one]
    return max(float(np.linalg.norm(a - b) / max(1e-6, np.linalg.norm(b))) for a, b in pairs)


def command(name, out, *more):
    files = {"--teacher": FOLDER / name / "teacher.safetensors", "--distributions": FOLDER / name / "distributions.csv"}
    given = [str(each) for pair in files.items() for each in pair] if name == "full" else []
    manifest = ["--manifest", f"{name}/faces.csv", "--data", "faces", "--workers", "0", "--out", out]
    return [f"{name}/train.py", *manifest, *given, *more]


def run(words, python=(sys.executable,)):
    ran = subprocess.run([*python, *words], cwd=FOLDER, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def state(out, epoch=4):
    return load_file(FOLDER / out / f"state-{epoch}.safetensors")


def losses_of_ort(name):
    """The same weights and batches: the same losses, and the same state after six steps."""
    train = module(name, "train")
    args = argparse.Namespace(bf16=False, parts=1, teacher=str(FOLDER / name / "teacher.safetensors"))
    trainer = train.Trainer(train.Processes(), args)
    initial = train.load_file(FOLDER / name / "initial.safetensors")
    trainer.restore(initial, 0)
    ours, theirs = [], []
    for at, step in enumerate(json.loads((FOLDER / name / "steps.json").read_text())):
        pixels = np.frombuffer(base64.b64decode(step["pixels"]), np.uint8).reshape(8, 16, 16, 3)
        targets = np.array(step["labels"], np.float32).reshape(8, 3)
        if name == "full":
            targets = np.concatenate([targets, np.array(step["distributions"], np.float32).reshape(8, 3)], axis=1)
        images = torch.from_numpy(pixels.copy())
        part = [images, torch.from_numpy(targets), torch.from_numpy(targets[:, :3].argmax(axis=1)), images]
        assert abs(train.learning_rate(0, at, 6, 4, []) - step["rate"]) < 1e-15
        loss, _ = trainer.learn([part[: 4 if name == "full" else 3]], 8, (0, at))
        trainer.update(step["rate"])
        ours.append(float(loss))
        theirs.append(step["loss"])
    after = {slot: value.reshape(-1) for slot, value in trainer.state().items()}
    apart = distance(after, load_file(FOLDER / name / "after.safetensors"))
    far = float(np.abs(np.array(ours) / np.array(theirs) - 1).max())
    print(f"{name}: losses of six steps within {far:.1e} of ort's, the state after them within {apart:.1e}")
    assert far < 1e-4 and apart < 1e-3


def several_processes(name):
    """Two processes, and one with two parts, are the same; without batch norm one part is, too."""
    run(command(name, f"out/{name}-two"), TORCHRUN)
    run(command(name, f"out/{name}-parts", "--parts", "2"))
    run(command(name, f"out/{name}-whole"))
    two, parts, whole = (state(f"out/{name}-{each}") for each in ("two", "parts", "whole"))
    near, far = distance(two, parts), distance(two, whole)
    print(f"{name}: two processes are one with two parts within {near:.1e}, one with whole batches within {far:.1e}")
    assert near < 1e-4
    assert far < 1e-4 if name == "weighted" else far > 1e-2


def killed(name, python, *more):
    """A run that is killed after its second epoch ends with the bytes of one that never stopped."""
    out = f"out/{name}-killed"
    process = subprocess.Popen(
        [*python, *command(name, out, *more)], cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for line in process.stdout:
        if line.startswith("epoch 2 of 4"):
            break
    process.terminate()
    process.stdout.read()
    process.wait()
    done = json.loads((FOLDER / out / "state.json").read_text())["epochsDone"]
    assert 2 <= done < 4, f"the run was killed after {done} epochs"
    run(command(name, out, *more, "--resume"), python)
    return out


def resumed(name, twin, python, *more):
    out = killed(name, python, *more)
    for file in ("state-4.safetensors", "best.safetensors", "last.safetensors", "answers.csv"):
        assert (FOLDER / out / file).read_bytes() == (FOLDER / twin / file).read_bytes(), f"{out}/{file}"
    print(f"{name}: a killed run of {len(python) > 1 and 'two processes' or 'one process'} ends with the same bytes")
    subprocess.run(["rm", "-r", str(FOLDER / out)], check=True)


def over(name, recipe):
    """A run of lferc goes on here and goes on there: the state of a checkpoint is the same on both sides."""
    out = f"out/{name}-over"
    train = ["train", f"{name}/model.lfer", "--recipe", recipe, "--data", "faces", "--out", out]
    run([*train, "--epochs", "2"], LFERC)
    code = module(name, "train")
    args = argparse.Namespace(bf16=False, teacher=str(FOLDER / name / "teacher.safetensors"))
    trainer = code.Trainer(code.Processes(), args)
    slots = code.load_file(FOLDER / out / "state-2.safetensors")
    steps = json.loads((FOLDER / out / "state.json").read_text())["steps"]
    trainer.restore(slots, steps)
    kept = {slot: value.reshape(-1) for slot, value in trainer.state().items()}
    assert distance(kept, state(out, 2)) < 1e-5, "the state of lferc's checkpoint"
    run(command(name, out, "--epochs", "4", "--resume"), TORCHRUN)
    said = run([*train, "--epochs", "6", "--resume"], LFERC)
    about = json.loads((FOLDER / out / "run.json").read_text())
    assert [(each["fromEpoch"], each["name"]) for each in about["engines"]] == [(1, "ort"), (3, "torch"), (5, "ort")]
    records = [json.loads(line) for line in (FOLDER / out / "metrics.jsonl").read_text().splitlines()]
    assert [record["steps"] for record in records] == [6, 12, 18, 24, 30, 36], said
    best = [out, "--data", "faces"]
    run(command(name, out, "--epochs", "7", "--resume"))
    for words in (["report", *best], ["eval", *best], ["build", f"{out}/model.lfer", "--model", about["model"],
                  "--weights", f"{out}/best.safetensors", "-o", f"{out}/again.onnx"], ["predict", out, "faces/val/neutral"]):
        run(words, LFERC)
    print(f"{name}: two epochs in lferc, two in two processes, two in lferc, one here; lferc reports, judges, builds, predicts")


def picture(told):
    size = told["height"], told["width"], 3
    return Image.fromarray(np.frombuffer(base64.b64decode(told["pixels"]), np.uint8).reshape(size).copy())


def plain(value):
    return tuple(plain(each) for each in value) if isinstance(value, list) else value


def augmentations():
    told = json.loads((FOLDER / "augmentations.json").read_text())
    modules = [module(name, "pictures") for name in ("full", "weighted", "plain")]
    find = lambda name: next(getattr(each, name) for each in modules if hasattr(each, name))
    image, most = picture(told["image"]), 0
    for case in told["pixels"]:
        found = np.asarray(find(case["call"])(image, *map(plain, case["arguments"]))).astype(int)
        wanted = np.asarray(picture(case["image"])).astype(int)
        assert found.shape == wanted.shape, case["call"]
        apart = int(np.abs(found - wanted).max())
        assert apart <= 1, f"{case['call']}{case['arguments']}: {apart} of 255"
        most = max(most, apart)
    images, targets = np.stack([np.asarray(picture(each)) for each in told["mixed"]]), np.eye(2, dtype=np.float32)
    for case in told["mixes"]:
        mix = plain(case["mix"])
        if "around" in case:
            assert find("pasted_around")(*case["around"]) == mix
        found, shares = find("mixed")(images, targets, mix)
        wanted = np.stack([np.asarray(picture(each)) for each in case["images"]])
        assert np.abs(found.astype(int) - wanted).max() <= 1
        assert np.allclose(shares, [[mix[0], 1 - mix[0]], [1 - mix[0], mix[0]]], atol=1e-6)
    print(f"augmentations: {len(told['pixels'])} of the same values, pixels within {most} of 255")
    spreads(told["spreads"], find)


def drawers(find):
    size, jitter = (24, 20), {"brightness": 0.2, "contrast": 0.3, "saturation": 0.4, "hue": 0.1}

    def jittered(rng):
        changes = find("draw_jitter")(rng, **jitter)
        return [*(dict(changes)[kind] for kind in jitter), [kind for kind, _ in changes].index("hue")]

    def mixed(rng):
        mix = find("draw_mixup")(rng, 0.4, 0.7)
        return mix and mix[:1]

    return {
        "draw_move": lambda rng: find("draw_move")(rng, size, 10, (0.2, 0.1), (0.8, 1.3)),
        "draw_part": lambda rng: find("draw_part")(rng, size, (0.1, 1), (0.75, 4 / 3)),
        "draw_rectangle": lambda rng: find("draw_rectangle")(rng, size, 0.4, (0.02, 0.33), (0.3, 3.3)),
        "draw_jitter": jittered,
        "draw_mixup": mixed,
        "rotation": lambda rng: [rng.uniform(-10, 10)],
    }


def spreads(told, find):
    """Equal means and spreads over 10,000 draws, within what chance allows."""
    for case in told:
        rng, count = find("generator")("spread", case["name"]), 10_000
        rows = [drawers(find)[case["name"]](rng) for _ in range(count)]
        found = np.array([row for row in rows if row is not None], float)
        # Five standard errors of the difference of two means, and of two deviations.
        error = 5 * np.array(case["spreads"]) * np.sqrt(2 / len(found))
        assert abs(len(found) / count - case["share"]) < 0.036, case["name"]
        assert np.all(np.abs(found.mean(axis=0) - case["means"]) <= error), (case["name"], found.mean(axis=0), case)
        assert np.all(np.abs(found.std(axis=0) - case["spreads"]) <= error), (case["name"], found.std(axis=0), case)
    print(f"augmentations: means and spreads of 10,000 draws of {len(told)} kinds are equal within chance")


def sampling():
    """Shares of classes over many epochs, and each picture once."""
    for name, power in (("plain", None), ("weighted", 0.5), ("full", 0)):
        data = module(name, "pictures")
        pictures = [data.Picture(str(i), "", 0 if i < 60 else 1 if i < 90 else 2, None, "", "") for i in range(100)]
        counts = np.zeros(3)
        for epoch in range(400):
            drawn = data.draws_of_epoch(pictures, epoch)
            assert len(drawn) == 100
            if power is None:
                assert sorted(drawn) == [(i, 0) for i in range(100)]
            assert len(set(drawn)) == 100, "a picture and repeat twice"
            counts += np.bincount([pictures[place].label for place, _ in drawn], minlength=3)
        weights = np.array([60, 30, 10]) ** (1 if power is None else power)
        assert np.allclose(counts / counts.sum(), weights / weights.sum(), atol=0.005), (name, counts)
    print("sampling: each picture once, or classes by the power of their count")


if __name__ == "__main__":
    begun = time.monotonic()
    augmentations()
    sampling()
    for name in ("plain", "weighted", "full"):
        losses_of_ort(name)
    for name in ("plain", "weighted"):
        several_processes(name)
    resumed("plain", "out/plain-parts", (sys.executable,), "--parts", "2")
    resumed("weighted", "out/weighted-two", TORCHRUN)
    run(command("full", "out/full-whole"))
    resumed("full", "out/full-whole", (sys.executable,))
    for name, recipe in (("plain", "Plain"), ("full", "Full")):
        over(name, recipe)
    print(f"{time.monotonic() - begun:.0f} s")
