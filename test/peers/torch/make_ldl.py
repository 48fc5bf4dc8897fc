"""Writes PyTorch's values of LFER-LDL's loss in each of its readings, with gradients by the student's logits: ldl.json.

python make_ldl.py    Needs torch. All numbers in double precision; torch's own kl_div and binary_cross_entropy where it has them.
"""
import itertools
import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
LOGITS = [
    [2.0, -1.0, 0.5, 0.0, -3.0, 1.5, 0.25],
    [-0.5, 4.0, 0.0, 1.0, 2.0, -2.0, 0.75],
    [12.0, -9.0, 3.0, 0.0, 0.5, -1.0, 2.0],
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
]
TEACHER = [
    [3.0, 0.0, 1.0, -1.0, -2.0, 2.0, 0.0],
    [0.0, 1.5, 0.5, 1.0, 3.0, -1.0, 0.0],
    [1.0, -2.0, 5.0, 0.0, 0.0, -1.0, 2.0],
    [0.0, 0.0, 0.0, 2.0, 0.0, 0.0, -1.0],
]
LABELS = [0, 4, 2, 3]
ALPHA, BETA = 0.4, 0.2


def bce(logits, target, probabilities):
    """The mean over pictures and classes of beta t ln p + (1 - beta) (1 - t) ln(1 - p), with its sign."""
    if probabilities == "sigmoid":
        weight = BETA * target + (1 - BETA) * (1 - target)
        # With a soft target both terms of a class have a weight of their own.
        hard = ((target == 0) | (target == 1)).all()
        if hard:
            return F.binary_cross_entropy_with_logits(logits, target, weight=weight)
        positive = F.binary_cross_entropy_with_logits(logits, torch.ones_like(target), reduction="none")
        negative = F.binary_cross_entropy_with_logits(logits, torch.zeros_like(target), reduction="none")
        return (BETA * target * positive + (1 - BETA) * (1 - target) * negative).mean()
    p = F.softmax(logits, 1)
    return -(BETA * target * p.log() + (1 - BETA) * (1 - target) * (1 - p).log()).mean()


def dice(p, target, each, smooth):
    axes = {"batch": (0, 1), "class": (0,), "sample": (1,)}[each]
    return ((2 * (p * target).sum(axes) + smooth) / (p.sum(axes) + target.sum(axes) + smooth)).mean()


def loss_of(reading, reduction, probabilities, each, temperature, smooth, training):
    z = torch.tensor(LOGITS, requires_grad=True)
    t = F.one_hot(torch.tensor(LABELS), 7).double()
    d = F.softmax(torch.tensor(TEACHER) / temperature, 1)
    kl = F.kl_div(F.log_softmax(z / temperature, 1), d, reduction=reduction)
    target = d if reading == "B" else t
    p = F.softmax(z, 1) if probabilities == "softmax" else torch.sigmoid(z)
    combo = ALPHA * bce(z, target, probabilities) - (1 - ALPHA) * dice(p, target, each, smooth)
    loss = kl + combo if reading == "A" else kl if reading == "C" and training else combo
    loss.backward()
    return {"value": loss.item(), "gradient": z.grad.flatten().tolist()}


rows = []
for reading, reduction, probabilities, each, (temperature, smooth) in itertools.product(
    "ABCD", ("batchmean", "mean"), ("softmax", "sigmoid"), ("batch", "class", "sample"), ((1.0, 1.0), (2.5, 0.1))
):
    about = {
        "reading": reading,
        "reduction": reduction,
        "probabilities": probabilities,
        "dice_each": each,
        "temperature": temperature,
        "dice_smooth": smooth,
    }
    args = list(about.values())
    rows.append({"options": about, "training": loss_of(*args, True), "evaluation": loss_of(*args, False)["value"]})
out = {
    "torch": torch.__version__.split("+")[0],
    "logits": LOGITS,
    "teacher": TEACHER,
    "labels": LABELS,
    "alpha": ALPHA,
    "beta": BETA,
    "rows": rows,
}
(pathlib.Path(__file__).parent / "ldl.json").write_text(json.dumps(out) + "\n")
