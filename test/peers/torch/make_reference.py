"""Gradients, losses and training steps of PyTorch in double precision, for test/step/torch.test.ts.

    python3 test/peers/torch/make_reference.py

needs PyTorch (any 2.x; gradients.json says which wrote it) and rewrites gradients.json, optimizers.json, schedules.json and
losses.json beside this file.
The network is `smallModel` of test/step/small-training.ts, written down again; weights and pictures come from the formula
of test/peers/formula-weights.ts, so that no numbers of ours are read here.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
BATCH, SIZE, CLASSES, STEPS = 4, 32, 5, 5
LABELS = [[0, 3, 1, 4], [2, 2, 0, 1], [4, 3, 2, 1], [0, 0, 3, 3], [1, 2, 3, 4]]

torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)


def unit(ordinal, index):
    """In [-1, 1): a hash of a tensor's ordinal and an element's index (32-bit integer arithmetic)."""
    mask = 0xFFFFFFFF
    h = (index * 0x9E3779B1 + ordinal * 0x85EBCA77 + 0x27D4EB2F) & mask
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & mask
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & mask
    h ^= h >> 16
    return h / 2**31 - 1


def formula(name, ordinal, shape):
    count = math.prod(shape)
    if name.endswith("running_var"):
        offset, slope = 1, 1 / 2
    elif name.endswith("running_mean") or name.endswith("bias"):
        offset, slope = 0, 1 / 8
    elif len(shape) == 1:
        offset, slope = 1, 1 / 4
    else:
        offset, slope = 0, math.sqrt(3 / math.prod(shape[1:]))
    values = torch.tensor([offset + slope * unit(ordinal, i) for i in range(count)])
    return values.float().double().reshape(shape)


def norm_slots(path, channels):
    return [(f"{path}.{name}", [channels]) for name in ("weight", "bias", "running_mean", "running_var")]


def layer(path, suffix, weight):
    """A convolution and its batch norm, as lferc names them: `down.conv_1`, `down.batch_norm_2`."""
    kind = "depthwise" if weight[1] == 1 and weight[2] == 3 else "conv"
    conv, norm = suffix
    return [(f"{path}.{kind}{conv}.weight", weight), *norm_slots(f"{path}.batch_norm{norm}", weight[0])]


SLOTS = [
    *layer("stem", ("", ""), [4, 3, 3, 3]),
    *layer("down", ("_1", "_1"), [4, 1, 3, 3]),
    *layer("down", ("_1", "_2"), [4, 4, 1, 1]),
    *layer("down", ("_2", "_3"), [4, 4, 1, 1]),
    *layer("down", ("_2", "_4"), [4, 1, 3, 3]),
    *layer("down", ("_3", "_5"), [4, 4, 1, 1]),
    *layer("unit", ("_1", "_1"), [4, 4, 1, 1]),
    *layer("unit", ("", "_2"), [4, 1, 3, 3]),
    *layer("unit", ("_2", "_3"), [4, 4, 1, 1]),
    *(slot for i in range(1, 5) for slot in layer(f"local.quadrant_{i}", ("", ""), [8, 1, 3, 3])),
    *layer("deep", ("", ""), [12, 8, 1, 1]),
    *layer("logits", ("", ""), [12, 1, 3, 3]),
    ("logits.conv.weight", [CLASSES, 12, 1, 1]),
    ("logits.conv.bias", [CLASSES]),
]


def initial_slots():
    slots = {name: formula(name, ordinal, shape) for ordinal, (name, shape) in enumerate(SLOTS)}
    for name, value in slots.items():
        value.requires_grad_("running" not in name)
    return slots


def network(s, image):
    def norm(x, path):
        names = ("running_mean", "running_var", "weight", "bias")
        return F.batch_norm(x, *(s[f"{path}.{name}"] for name in names), training=True, momentum=0.1, eps=1e-5)

    def conv(x, path, norm_path, stride=1):
        weight = s[f"{path}.weight"]
        groups = x.shape[1] // weight.shape[1]
        y = F.conv2d(x, weight, stride=stride, padding=weight.shape[2] // 2, groups=groups)
        return norm(y, norm_path)

    def shuffle(x):
        n, c, h, w = x.shape
        return x.reshape(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)

    stem = F.max_pool2d(conv(image, "stem.conv", "stem.batch_norm", 2).relu(), 3, 2, 1)
    left = conv(stem, "down.depthwise_1", "down.batch_norm_1", 2)
    left = conv(left, "down.conv_1", "down.batch_norm_2").relu()
    right = conv(stem, "down.conv_2", "down.batch_norm_3").relu()
    right = conv(right, "down.depthwise_2", "down.batch_norm_4", 2)
    right = conv(right, "down.conv_3", "down.batch_norm_5").relu()
    down = shuffle(torch.cat([left, right], 1))
    kept, worked = down.chunk(2, 1)
    worked = conv(worked, "unit.conv_1", "unit.batch_norm_1").relu()
    worked = conv(worked, "unit.depthwise", "unit.batch_norm_2")
    worked = conv(worked, "unit.conv_2", "unit.batch_norm_3").relu()
    whole = shuffle(torch.cat([kept, worked], 1))
    cells = [cell for row in stem.chunk(2, 2) for cell in row.chunk(2, 3)]
    done = [
        F.relu6(conv(cell, f"local.quadrant_{i}.depthwise", f"local.quadrant_{i}.batch_norm", 2))
        for i, cell in enumerate(cells, 1)
    ]
    local = torch.cat([torch.cat(done[:2], 3), torch.cat(done[2:], 3)], 2)
    deep = conv(whole + local, "deep.conv", "deep.batch_norm").relu()
    head = F.mish(conv(deep.mean((2, 3), keepdim=True), "logits.depthwise", "logits.batch_norm"))
    return F.conv2d(head, s["logits.conv.weight"], s["logits.conv.bias"]).flatten(1)


def picture(step):
    count = BATCH * 3 * SIZE * SIZE
    return torch.tensor([2 * unit(9003 + step, i) for i in range(count)]).float().double().reshape(BATCH, 3, SIZE, SIZE)


def gradients():
    slots = initial_slots()
    loss = F.cross_entropy(network(slots, picture(0)), torch.tensor(LABELS[0]))
    loss.backward()
    return {
        "loss": loss.item(),
        "gradients": {name: value.grad.flatten().tolist() for name, value in slots.items() if value.requires_grad},
        "statistics": {name: value.tolist() for name, value in slots.items() if not value.requires_grad},
    }


def training(**options):
    """Losses of some steps, and the norm of everything after them."""
    slots = initial_slots()
    optimizer = torch.optim.SGD([value for value in slots.values() if value.requires_grad], lr=0.05, **options)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(slots, picture(step)), torch.tensor(LABELS[step]))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    norms = {name: value.detach().norm().item() for name, value in slots.items()}
    return {"options": options, "losses": losses, "norms": norms}


def dots(slots):
    """Each tensor as one number that every element of it moves."""
    return {n: sum(x * unit(777, i) for i, x in enumerate(v.detach().flatten().tolist())) for n, v in slots.items()}


def optimizing(make, *, groups=(), spare=False, freeze=(), clip=None, accumulate=1, average=None):
    """Losses of some steps, and everything after them. Groups are (path, factor of the rate, factor of the decay)."""
    slots = initial_slots()
    trained = {n: v for n, v in slots.items() if v.requires_grad and n.split(".")[0] not in freeze}
    for name, value in slots.items():
        value.requires_grad_(name in trained)
    optimizer = make(list(trained.values()))
    (plain,) = optimizer.param_groups
    lr, decay = plain["lr"], plain["weight_decay"]
    plain["params"] = []
    for name, value in trained.items():
        scales = [(r, d) for at, r, d in groups if name.startswith(at + ".")] or [(1, 1)]
        rate_scale, decay_scale = scales[-1]
        spared = spare and value.dim() <= 1
        own = {"lr": lr * rate_scale, "weight_decay": 0 if spared else decay * decay_scale}
        optimizer.add_param_group({"params": [value], **own})
    holder = torch.nn.ParameterList(list(trained.values()))
    averages = average and torch.optim.swa_utils.AveragedModel(
        holder, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(average)
    )
    losses = []
    for step in range(STEPS):
        loss = F.cross_entropy(network(slots, picture(step)), torch.tensor(LABELS[step]))
        (loss / accumulate).backward()
        losses.append(loss.item())
        if (step + 1) % accumulate:
            continue
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(list(trained.values()), clip)
        optimizer.step()
        optimizer.zero_grad()
        if averages:
            averages.update_parameters(holder)
    made = {"losses": losses, "dots": dots(slots)}
    if averages:
        made["averages"] = dots(dict(zip(trained, averages.module)))
    return made


def optimizers():
    o = torch.optim
    grouped = {"groups": [("down", 0.1, 0.5), ("local", 2, 0), ("local.quadrant_2", 0.5, 3)], "spare": True}
    # A larger eps: biases before a batch norm have gradients that are rounding errors, which Adam would blow up to steps.
    def adamw(p):
        return o.AdamW(p, lr=0.01, weight_decay=0.05, eps=1e-6)

    return {
        "adam": optimizing(lambda p: o.Adam(p, lr=0.01, weight_decay=1e-2)),
        "adam with betas and eps": optimizing(lambda p: o.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-3)),
        "adamw": optimizing(adamw),
        "adamw in groups": optimizing(adamw, **grouped),
        "sgd in groups": optimizing(lambda p: o.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-2), **grouped),
        "sgd, clipped": optimizing(lambda p: o.SGD(p, lr=0.05, momentum=0.9), clip=0.5),
        "sgd over two batches": optimizing(lambda p: o.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-2), accumulate=2),
        "adamw over two batches, clipped and averaged": optimizing(
            adamw, accumulate=2, clip=0.5, average=0.9
        ),
        "sgd, averaged": optimizing(lambda p: o.SGD(p, lr=0.05, momentum=0.9), average=0.75),
        "sgd, frozen": optimizing(lambda p: o.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-2), freeze=("stem", "local")),
    }


def schedules():
    """Rates of each step, by PyTorch's schedulers; a warm-up is LinearLR, then SequentialLR goes on."""
    s = torch.optim.lr_scheduler

    def rates(scheduler_of, epochs, per_epoch, by_step=False, warmup=0):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        made, main = [], None
        if warmup > 0:
            steps = warmup * per_epoch
            ramp = s.LinearLR(optimizer, start_factor=1 / steps, total_iters=steps - 1)
            for _ in range(steps):
                made.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                ramp.step()
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        main = scheduler_of(optimizer)
        for _ in range(epochs - warmup):
            for _ in range(per_epoch):
                made.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if by_step:
                    main.step()
            if not by_step:
                main.step()
        return made

    def one_cycle(epochs, per_epoch, **options):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = s.OneCycleLR(optimizer, max_lr=0.1, total_steps=epochs * per_epoch, cycle_momentum=False, **options)
        made = []
        for step in range(epochs * per_epoch):
            made.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step + 1 < epochs * per_epoch:
                scheduler.step()
        return made

    def plateau(values, warmup=0, **options):
        """One step an epoch, judged by these values; those of the warm-up are not looked at."""
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler = s.ReduceLROnPlateau(optimizer, **options)
        made = []
        for epoch, value in enumerate(values):
            rate = optimizer.param_groups[0]["lr"]
            made.append(rate * (epoch + 1) / warmup if epoch < warmup else rate)
            if epoch >= warmup:
                scheduler.step(value)
        return made

    return {
        "constant_rate": rates(lambda o: s.ConstantLR(o, factor=1, total_iters=0), 3, 2),
        "step": rates(lambda o: s.StepLR(o, step_size=2, gamma=0.3), 7, 2),
        "step after a warm-up": rates(lambda o: s.StepLR(o, step_size=2, gamma=0.3), 7, 3, warmup=2),
        "cosine": rates(lambda o: s.CosineAnnealingLR(o, T_max=6, eta_min=0.01), 6, 2),
        "cosine, by steps": rates(lambda o: s.CosineAnnealingLR(o, T_max=12, eta_min=0.01), 6, 2, by_step=True),
        "cosine after a warm-up": rates(lambda o: s.CosineAnnealingLR(o, T_max=4), 6, 3, warmup=2),
        "one cycle": one_cycle(5, 7),
        "one cycle, straight": one_cycle(4, 5, pct_start=0.4, div_factor=10, final_div_factor=100, anneal_strategy="linear"),
        "one cycle of three phases": one_cycle(5, 4, pct_start=0.45, three_phase=True),
        "one cycle, down at once": one_cycle(3, 3, pct_start=0.0),
        "one cycle of one step": one_cycle(1, 1),
        "plateau of the loss": plateau(PLATEAU_LOSSES, patience=1, factor=0.5),
        "plateau, with a rest and a floor": plateau(PLATEAU_LOSSES, patience=0, factor=0.3, cooldown=2, min_lr=0.004),
        "plateau, by a threshold": plateau(PLATEAU_LOSSES, patience=1, threshold=0.1),
        "plateau of the accuracy": plateau(PLATEAU_ACCURACIES, mode="max", patience=2, factor=0.2, warmup=3),
    }


# The metrics of epochs in make_reference.py; schedules.test.ts reads them from schedules.json.
PLATEAU_LOSSES = [2.0, 1.5, 1.5, 1.49999, 1.2, 1.3, 1.19, 1.25, 1.21, 1.3, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1]
PLATEAU_ACCURACIES = [0.9, 0.8, 0.2, 0.3, 0.3, 0.29, 0.30001, 0.4, 0.39, 0.38, 0.37, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]


LOGITS = [[50.0, -50, 0, 3, -3], [-50, 50, 50, 0, 0], [0.3, -1.2, 2, 0.5, 0], [-50, -50, -50, -50, 50], [1, 1, 1, 1, 1]]
TARGETS = [[1.0, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0.1, 0.2, 0.3, 0.15, 0.25], [1, 0, 0, 0, 0], [0, 0, 0.5, 0.5, 0]]
WEIGHTS = [0.5, 2, 1, 3, 0.25]
PRIOR = [0.5, 0.125, 0.25, 0.0625, 0.0625]


def losses():
    def log_not_softmax(x):
        """ln(1 - p_c) = ln of the sum over the others - ln of the sum over all."""
        others = torch.stack([x[:, [j for j in range(x.shape[1]) if j != c]].logsumexp(1) for c in range(x.shape[1])], 1)
        top = x.argmax(1, keepdim=True)
        by_sum = others - x.logsumexp(1, keepdim=True)
        by_share = torch.log1p(-x.softmax(1).scatter(1, top, 0))
        return torch.where(torch.arange(x.shape[1]) == top, by_sum, by_share)

    def cross_entropy(x, t):
        return F.cross_entropy(x, t)

    def kl(x, t):
        return F.kl_div(F.log_softmax(x / 2, 1), t.clamp(min=1e-30), reduction="batchmean")

    def balanced_bce(x, t, beta=0.2):
        return -(beta * t * F.log_softmax(x, 1) + (1 - beta) * (1 - t) * log_not_softmax(x)).mean()

    def dice(x, t):
        p = x.softmax(1)
        return (2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1)

    def combo(x, t):
        return 0.5 * balanced_bce(x, t) - 0.5 * dice(x, t)

    def smoothed_cross_entropy(x, t):
        return F.cross_entropy(x, t, label_smoothing=0.1)

    def weighted_cross_entropy(x, t):
        """Of one class a picture, as hard labels have it: the mean is weighted."""
        return F.cross_entropy(x, t.argmax(1), weight=torch.tensor(WEIGHTS))

    def weighted_cross_entropy_by_batch(x, t):
        return F.cross_entropy(x, t, weight=torch.tensor(WEIGHTS))

    def smoothed_weighted_cross_entropy(x, t):
        return F.cross_entropy(x, t.argmax(1), weight=torch.tensor(WEIGHTS), label_smoothing=0.15)

    def smoothed_weighted_cross_entropy_by_batch(x, t):
        return F.cross_entropy(x, t, weight=torch.tensor(WEIGHTS), label_smoothing=0.15)

    def logit_adjusted(x, t):
        """Menon et al. 2021, equation 10."""
        return F.cross_entropy(x + 0.7 * torch.tensor(PRIOR).log(), t)

    def focal(x, t):
        p = x.softmax(1)
        others = 1 - torch.eye(x.shape[1])
        return -(t * (p @ others) ** 2 * F.log_softmax(x, 1)).sum(1).mean()

    def rescaled_kl(x, t):
        return 4 * kl(x, t)

    def dice_by_class(x, t):
        p = x.softmax(1)
        return ((2 * (p * t).sum(0) + 1) / (p.sum(0) + t.sum(0) + 1)).mean()

    def dice_by_sample(x, t):
        p = x.softmax(1)
        return ((2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)).mean()

    def combo_by_class(x, t):
        return 0.3 * balanced_bce(x, t, 0.6) - 0.7 * dice_by_class(x, t)

    made = {}
    for loss in (
        cross_entropy, kl, balanced_bce, dice, combo, smoothed_cross_entropy, weighted_cross_entropy,
        weighted_cross_entropy_by_batch, focal, rescaled_kl, dice_by_class, dice_by_sample, combo_by_class,
        smoothed_weighted_cross_entropy, smoothed_weighted_cross_entropy_by_batch, logit_adjusted,
    ):
        x = torch.tensor(LOGITS, requires_grad=True)
        # Hard labels for the one that knows no others.
        hard = torch.eye(CLASSES)[torch.tensor(TARGETS).argmax(1)]
        takes_hard = loss in (weighted_cross_entropy, smoothed_weighted_cross_entropy)
        value = loss(x, hard if takes_hard else torch.tensor(TARGETS))
        value.backward()
        made[loss.__name__] = {"value": value.item(), "gradient": x.grad.flatten().tolist()}
    return {"logits": LOGITS, "targets": TARGETS, "losses": made}


def write(name, content):
    (HERE / name).write_text(json.dumps({"torch": torch.__version__.split("+")[0], **content}, indent=1) + "\n")


write("gradients.json", {"labels": LABELS, **gradients(), "training": [
    training(momentum=0.9, weight_decay=1e-3),
    training(momentum=0.9, weight_decay=1e-3, nesterov=True),
    training(),
]})
write("optimizers.json", {"optimizers": optimizers()})
write(
    "schedules.json",
    {"schedules": schedules(), "plateau_losses": PLATEAU_LOSSES, "plateau_accuracies": PLATEAU_ACCURACIES},
)
write("losses.json", losses())
