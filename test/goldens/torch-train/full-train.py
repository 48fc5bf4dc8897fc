"""Trains Dropping by the recipe Full; written by lferc 0.1.0.

    python train.py --manifest faces.csv --data faces --teacher FILE --distributions FILE --out runs/first
    torchrun --nproc-per-node 8 train.py --manifest faces.csv --data faces ...

`lferc data faces --for MODEL.lfer --manifest faces.csv` writes the table of the pictures. The recipe's batch is
that of all processes together. A run goes on after its last epoch by --resume, here or in `lferc train`.
"""

import argparse
import contextlib
import json
import math
import os
import platform
import sys
import time
import uuid
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load, load_file
from torch.nn.parallel import DistributedDataParallel

import pictures as data
import run_folder
from model import Student
from pictures import CLASSES, HeldOutBatches, TrainingParts, generator
from teacher import Teacher as Teacher

# What a run's folder says of the recipe, and the names of the network's weights, which are the same here.
ABOUT = json.loads(Path(__file__).with_name("recipe.json").read_text(encoding="utf-8"))

OUTPUT = "logits"
BATCH, EPOCHS, LR = 8, 4, 0.01
KEEPS_LAST_BATCH = False
BEST_BY = "MeanClassAccuracy"
PATIENCE, MIN_DELTA = 9, 0.01
EVALUATION = "mean_of_flips"
MEAN, STD = (0.5, 0.4, 0.3), (0.25, 0.25, 0.2)
TEACHER_MEAN, TEACHER_STD = (0.5, 0.4, 0.3), (0.25, 0.25, 0.2)
TEACHER_OUTPUTS = ("logits",)


def loss(student_logits, teacher_logits, data_label, data_distribution):
    cross_entropy = torch.mean(torch.sum(data_label * F.log_softmax(student_logits, dim=1), dim=1))
    cross_entropy = -cross_entropy
    kl_1 = torch.log(torch.maximum(data_distribution, student_logits.new_full((), 1e-30)))
    kl_1 = data_distribution * (kl_1 - F.log_softmax(student_logits / 1.0, dim=1))
    add_1 = cross_entropy + torch.mean(torch.sum(kl_1, dim=1))
    softmax = F.softmax(teacher_logits, dim=1)
    kl_2 = torch.log(torch.maximum(
        softmax, student_logits.new_full((), 1e-30)
    )) - F.log_softmax(student_logits / 1.0, dim=1)
    kl_2 = torch.mean(torch.sum(softmax * kl_2, dim=1))
    return add_1 + (0.1 * kl_2)


def loss_of(outputs, targets, taught):
    return loss(outputs["logits"], taught["logits"], targets[:, : len(CLASSES)], targets[:, len(CLASSES) :])


def normalised(images, mean=MEAN, std=STD):
    """Bytes [n, H, W, 3] as the network's input [n, 3, H, W]: (value / 255 - mean) / std."""
    values = (np.arange(256)[None] / 255 - np.array(mean)[:, None]) / np.array(std)[:, None]
    table = torch.from_numpy(values.astype(np.float32)).to(images.device)
    channels = torch.arange(3, device=images.device)[None, :, None, None]
    return table[channels, images.permute(0, 3, 1, 2).long()]


def named(names, outputs):
    """A network's outputs by name, as float32."""
    return {name: each.float() for name, each in zip(names, outputs if len(names) > 1 else [outputs])}


def read_teacher(path, device):
    """The frozen network, and for each output that the loss reads the order of its classes."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata() or {}
    teacher = Teacher()
    slots = load_file(path)
    state = teacher.state_dict()
    missing = [name for name in ABOUT["teacher"] if name not in slots]
    if missing:
        raise SystemExit(f"{path} has no {missing[0]}: write it by lferc build --target safetensors --weights FILE")
    with torch.no_grad():
        for name in ABOUT["teacher"]:
            state[name].copy_(slots[name].view_as(state[name]))
    orders = []
    for name, wanted in {"logits": ("surprise", "happiness", "neutral")}.items():
        told = json.loads(metadata.get(f"lfer.labels.{name}", "null"))
        if told is not None and wanted is not None and sorted(told) != sorted(wanted):
            raise SystemExit(f"{path}: the classes of {name} are not {', '.join(wanted)}")
        is_turned = told is not None and wanted is not None and told != list(wanted)
        orders.append((name, [told.index(each) for each in wanted] if is_turned else None))
    return teacher.to(device).train(False).requires_grad_(False), orders


def plateau_rate(records):
    """The rate after these epochs: a smaller one after 1 without improvement."""
    rate, best, no_better, resting = LR, None, 0, 0
    for value in (record["validationLoss"] for record in records):
        no_better += 1
        if best is None or value < best * (1 - 0.0001):
            best, no_better = value, 0
        if resting > 0:
            resting, no_better = resting - 1, 0
        if no_better > 1:
            lower = max(rate * 0.1, 0)
            rate = lower if rate - lower > 1e-8 else rate
            resting, no_better = 1, 0
    return rate


def learning_rate(epoch, step, steps_per_epoch, epochs, records):
    """The rate of a step; epochs and steps count from 0."""
    if epoch < 1:
        return LR * (epoch * steps_per_epoch + step + 1) / (1 * steps_per_epoch)
    return plateau_rate(records[1 : epoch])


class Processes:
    """The processes of a run: this one, or those that torchrun has started."""

    def __init__(self):
        self.count, self.rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        self.device = torch.device("cpu")
        if torch.cuda.is_available():
            self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
            torch.cuda.set_device(self.device)
        if self.count > 1:
            dist.init_process_group("cpu:gloo,cuda:nccl" if self.device.type == "cuda" else "gloo")

    def gathered(self, value):
        """The values of all processes, by rank."""
        values = [value] * self.count
        if self.count > 1:
            dist.all_gather_object(values, value)
        return values

    def from_first(self, value):
        values = [value]
        if self.count > 1:
            dist.broadcast_object_list(values, 0)
        return values[0]

    def rows(self, own):
        """The rows of all processes, by rank; the own ones are differentiable."""
        if self.count == 1:
            return own
        parts = [torch.empty_like(own) for _ in range(self.count)]
        dist.all_gather(parts, own.detach().contiguous())
        parts[self.rank] = own
        return torch.cat(parts)

    def describe(self):
        device = torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu"
        count = f"{self.count} processes" if self.count > 1 else "one process"
        return f"torch {torch.__version__} on {device}, {count}, random numbers of its own"


class Trainer:
    """The student, its optimiser and their state, in one of several processes."""

    def __init__(self, processes, args):
        self.processes, self.device, self.bf16 = processes, processes.device, args.bf16
        self.model = Student().to(self.device)
        state = self.model.state_dict(keep_vars=True)
        self.slots = {name: state[name] for name in ABOUT["slots"]}
        self.model.requires_grad_(False)
        groups = []
        for group in ABOUT["groups"]:
            values = [self.slots[name].requires_grad_(True) for name in group["parameters"]]
            decay = 0.0001 * group["decayScale"]
            groups.append({"params": values, "rate_scale": group["rateScale"], "weight_decay": decay})
        self.trained = {name: self.slots[name] for group in ABOUT["groups"] for name in group["parameters"]}
        self.statistics = [self.slots[name] for name in ABOUT["statistics"]]
        self.optimizer = torch.optim.Adam(groups, lr=LR, betas=(0.9, 0.999), eps=1e-8)
        self.updates = 0
        self.pending = 0
        self.average = {name: torch.zeros_like(value) for name, value in self.trained.items()}
        self.average_started = 0.0
        self.teacher, self.teacher_orders = read_teacher(args.teacher, self.device)
        self.wrapped = self.model
        if processes.count > 1:
            devices = [self.device] if self.device.type == "cuda" else None
            self.wrapped = DistributedDataParallel(self.model, device_ids=devices, broadcast_buffers=False)

    def state(self):
        """Every slot of the step, by lferc's names."""
        slots = {**self.slots, **self.optimizer_slots()}
        for name, value in self.trained.items():
            slots[f"accumulated.{name}"] = torch.zeros_like(value) if value.grad is None else value.grad
        slots["accumulated_steps"] = torch.tensor(float(self.pending))
        slots |= {f"average.{name}": value for name, value in self.average.items()}
        slots["average_started"] = torch.tensor(self.average_started)
        return {name: value.detach().float().cpu().numpy().copy() for name, value in slots.items()}

    @torch.no_grad()
    def restore(self, slots, steps):
        """The state after so many steps; without steps, initial weights alone."""
        for name, value in self.slots.items():
            value.copy_(slots[name].view_as(value))
        self.updates = steps // 2
        if steps == 0:
            return
        self.restore_optimizer(slots)
        self.pending = int(slots["accumulated_steps"])
        for name, value in self.trained.items():
            value.grad = slots[f"accumulated.{name}"].to(self.device).view_as(value).clone()
        self.average_started = float(slots["average_started"])
        for name, value in self.average.items():
            value.copy_(slots[f"average.{name}"].view_as(value))

    def optimizer_slots(self):
        slots = {}
        for prefix, key in (("first_moment", "exp_avg"), ("second_moment", "exp_avg_sq")):
            for name, value in self.trained.items():
                known = self.optimizer.state[value].get(key)
                slots[f"{prefix}.{name}"] = torch.zeros_like(value) if known is None else known
        for name, beta in (("first_moment_weight", 0.9), ("second_moment_weight", 0.999)):
            slots[name] = torch.tensor(1 - beta**self.updates)
        return slots

    def restore_optimizer(self, slots):
        """After `self.updates` updates of the parameters."""
        for name, value in self.trained.items() if self.updates > 0 else ():
            self.optimizer.state[value] = {
                key: slots[f"{prefix}.{name}"].to(value.device).view_as(value).clone()
                for prefix, key in (("first_moment", "exp_avg"), ("second_moment", "exp_avg_sq"))
            }
            self.optimizer.state[value]["step"] = torch.tensor(float(self.updates))

    def on_device(self, part):
        return [tensor.to(self.device, non_blocking=True) for tensor in part]

    def forward(self, images):
        """The outputs for bytes [n, H, W, 3]."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            outputs = self.wrapped(normalised(images))
        return named(("logits",), outputs)

    @torch.no_grad()
    def taught(self, images):
        """What the teacher says of bytes [n, H, W, 3], with the classes in the order that the loss takes."""
        outputs = named(TEACHER_OUTPUTS, self.teacher(normalised(images, TEACHER_MEAN, TEACHER_STD)))
        orders = self.teacher_orders
        return {name: outputs[name] if order is None else outputs[name][:, order] for name, order in orders}

    def alone(self):
        """Gradients stay in this process, until the last part of a batch."""
        return self.wrapped.no_sync() if self.processes.count > 1 else contextlib.nullcontext()

    def each_part(self, count, keeps=True):
        """The number of each part, and whether it is the last; each begins with the same running statistics."""
        begun = [value.clone() for value in self.statistics] if count > 1 else []
        sums = [torch.zeros_like(value) for value in begun]
        for number in range(count):
            for value, first in zip(self.statistics, begun):
                value.copy_(first)
            yield number, number == count - 1
            for total, value in zip(sums, self.statistics):
                total += value
        for value, first, total in zip(self.statistics, begun, sums):
            value.copy_(total / count if keeps else first)

    def average_statistics(self):
        """Running statistics of all processes become their mean."""
        if self.processes.count > 1:
            for value in self.statistics:
                dist.all_reduce(value)
                value /= self.processes.count

    def learn(self, parts, count, where):
        """Adds the gradients of a batch of `count` pictures, of which `parts` are this process'.

        Returns what these parts add to the batch's loss, and how many pictures were answered right. The loss of a batch
        is the mean of its parts' losses. Each part is normalised by its own statistics; running ones are their mean.
        """
        loss_sum, correct = 0.0, 0
        for number, last in self.each_part(len(parts)):
            images, targets, labels, *more = self.on_device(parts[number])
            with contextlib.nullcontext() if last else self.alone():
                outputs = self.forward(images)
                share = len(labels) / count
                value = loss_of(outputs, targets, self.taught(more[0])) * share
                (value * self.processes.count).backward()
            loss_sum += value.detach()
            correct += (outputs[OUTPUT].argmax(1) == labels).sum()
        return loss_sum, correct

    @torch.no_grad()
    def update(self, rate):
        """Changes the parameters by the gradients of 2 batches."""
        self.pending += 1
        if self.pending < 2:
            return
        for value in self.trained.values():
            value.grad /= 2
        self.pending = 0
        torch.nn.utils.clip_grad_norm_(self.trained.values(), 1)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["rate_scale"]
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.updates += 1
        kept = 0.9 * self.average_started
        for name, value in self.average.items():
            value.mul_(kept).add_(self.trained[name], alpha=1 - kept)
        self.average_started = 1.0

    @contextlib.contextmanager
    def averaged(self):
        """With the moving averages as parameters."""
        own = {name: value.detach().clone() for name, value in self.trained.items()}
        with torch.no_grad():
            for name, value in self.trained.items():
                value.copy_(self.average[name])
        yield
        with torch.no_grad():
            for name, value in self.trained.items():
                value.copy_(own[name])

    @torch.no_grad()
    def evaluate(self, root, pictures, workers, with_loss=True):
        """Mean loss, and the probabilities [n, C] of all pictures, by the processes together."""
        self.model.train(False)
        rank, processes = self.processes.rank, self.processes.count
        batches = [range(at, min(at + BATCH, len(pictures))) for at in range(0, len(pictures), BATCH)][rank::processes]
        dataset = HeldOutBatches(root, pictures, batches)
        loader = torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=workers)
        loss, found = 0.0, {}
        for places, batch in zip(batches, loader):
            images, targets, _, *more = self.on_device(batch)
            probabilities = 0.0
            for view, other in zip((images, images.flip(2)), (more[0], more[0].flip(2))):
                outputs = named(("logits",), self.model(normalised(view)))
                if with_loss:
                    loss += float(loss_of(outputs, targets, self.taught(other))) * len(places) / 2
                probabilities += outputs[OUTPUT].double().softmax(1) / 2
            found |= dict(zip(places, probabilities.cpu().numpy()))
        self.model.train()
        losses, parts = zip(*self.processes.gathered((loss, found)))
        together = {place: own for part in parts for place, own in part.items()}
        return sum(losses) / len(pictures), np.stack([together[place] for place in range(len(pictures))])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--manifest", required=True, help="the table of the pictures: path, label or shares, split")
    parser.add_argument("--data", required=True, help="the folder that its paths are relative to")
    parser.add_argument("--out", required=True, help="the run's folder")
    parser.add_argument("--teacher", required=True, help="the teacher's weights, a .safetensors file")
    parser.add_argument("--distributions", required=True, help="a table of path and a share for each class")
    parser.add_argument("--resume", action="store_true", help="go on after the last epoch of the run in --out")
    parser.add_argument("--epochs", type=int, help="epochs, instead of the recipe's")
    parser.add_argument("--parts", type=int, default=1, help="parts of each process' share of a batch, to save memory")
    parser.add_argument("--bf16", action="store_true", help="compute the network in bfloat16 where PyTorch does so")
    parser.add_argument("--workers", type=int, default=2, help="processes that read pictures, for each process")
    return parser.parse_args()


def scores(loss, probabilities, pictures):
    """Loss, accuracy, and the mean of the classes' accuracies."""
    labels = np.array([picture.label for picture in pictures])
    right = probabilities.argmax(axis=1) == labels
    recalls = [float(right[labels == label].mean()) for label in range(len(CLASSES)) if (labels == label).any()]
    mean = sum(recalls) / len(recalls)
    return {"Loss": float(loss), "Accuracy": int(right.sum()) / len(pictures), "MeanClassAccuracy": mean}


def is_better(own, best):
    """The larger measure, then the lower loss, then the earlier epoch."""
    if best is None:
        return True
    key = BEST_BY[0].lower() + BEST_BY[1:]
    return own[BEST_BY] > best[key] or (own[BEST_BY] == best[key] and own["Loss"] < best["loss"])


def stops_early(records):
    """Whether none of the last epochs was an improvement."""
    best, since = -math.inf, 0
    for record in records:
        value = max(record.get(f"{of}{BEST_BY}", -math.inf) for of in ("validation", "averageValidation"))
        best, since = (value, 0) if value > best + MIN_DELTA else (best, since + 1)
    return since >= PATIENCE


def is_through(records, epochs):
    return len(records) >= epochs or stops_early(records)


def train_epoch(trainer, pictures, place, args):
    """The steps of an epoch; returns what its record says of them."""
    epoch, epochs, records = place
    processes, device = trainer.processes, trainer.device
    steps = data.parts_of_steps(
        data.draws_of_epoch(pictures, epoch), BATCH, processes.count * args.parts, KEEPS_LAST_BATCH
    )
    if not steps:
        raise SystemExit(f"{len(pictures)} pictures are too few for a batch of {BATCH}")
    first = processes.rank * args.parts
    own = [(step, draws) for step, parts in enumerate(steps) for draws in parts[first : first + args.parts]]
    loader = torch.utils.data.DataLoader(
        TrainingParts(args.data, pictures, epoch, own),
        batch_size=None,
        num_workers=args.workers,
        pin_memory=device.type == "cuda",
    )
    coming = iter(loader)
    counts = [sum(map(len, parts)) for parts in steps]
    losses = torch.zeros(len(steps), device=device)
    correct = torch.zeros((), device=device)
    begun = told = time.monotonic()
    for step, count in enumerate(counts):
        rate = learning_rate(epoch, step, len(steps), epochs, records)
        loss, right = trainer.learn([next(coming) for _ in range(args.parts)], count, (epoch, step))
        trainer.update(rate)
        losses[step] = loss
        correct += right
        if processes.rank == 0 and time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"epoch {epoch + 1}, step {step + 1} of {len(steps)}, {told - begun:.0f} s", flush=True)
    if processes.count > 1:
        dist.all_reduce(losses)
        dist.all_reduce(correct)
    wrong = (~torch.isfinite(losses)).nonzero()
    if len(wrong) > 0:
        raise SystemExit(f"the loss is not a finite number in epoch {epoch + 1}, step {int(wrong[0]) + 1}")
    trainer.average_statistics()
    means = [float(loss) * count for loss, count in zip(losses.tolist(), counts)]
    seen, seconds = sum(counts), time.monotonic() - begun
    about = {"loss": sum(means) / seen, "accuracy": float(correct) / seen}
    return len(steps), rate, about, seen / seconds


def judge_epoch(trainer, pictures, args):
    """The scores of the current weights, then of their moving average."""
    found = [("current", scores(*trainer.evaluate(args.data, pictures, args.workers), pictures))]
    if trainer.average_started > 0:
        with trainer.averaged():
            found.append(("average", scores(*trainer.evaluate(args.data, pictures, args.workers), pictures)))
    return found


def record_of(epoch, steps, trained, judged, times):
    """The line of metrics.jsonl."""
    _, rate, about, per_second = trained
    whole, evaluation = times
    record = {"schemaVersion": 1, "epoch": epoch, "steps": steps, "lr": float(rate), **about}
    for weights, score in judged:
        prefix = "validation" if weights == "current" else "averageValidation"
        record |= {f"{prefix}{name}": value for name, value in score.items()}
        if weights == "current":
            record["evaluation"] = EVALUATION
    return record | {"picturesPerSecond": per_second, "evaluationSeconds": evaluation, "seconds": whole}


def weight_file(state, weights, epoch, accuracy, mean):
    """The network's weights, by the names that lferc build --weights expects."""
    values = {name: state.get(f"average.{name}", state[name]) if weights == "average" else state[name]
              for name in ABOUT["weights"]}  # fmt: skip
    metadata = {"model": ABOUT["record"]["model"], "epoch": str(epoch), "lfer.evaluation": EVALUATION}
    metadata |= {"accuracy": run_folder.number_text(accuracy), "mean_class_accuracy": run_folder.number_text(mean)}
    return run_folder.weight_bytes(values, {**metadata, **ABOUT["labels"]})


def best_file(standing, state):
    """The best weights, if the last epoch has them."""
    best = standing["best"]
    if best is None or best["epoch"] != standing["epochsDone"]:
        return None
    return weight_file(state, best["weights"], best["epoch"], best["accuracy"], best["meanClassAccuracy"])


def write_epoch_files(folder, standing, state):
    best, last = best_file(standing, state), standing["metrics"][-1]
    if best is not None:
        folder.write("best.safetensors", best)
    judged = last["validationAccuracy"], last["validationMeanClassAccuracy"]
    folder.write("last.safetensors", weight_file(state, "current", standing["epochsDone"], *judged))
    folder.write_metrics(standing["metrics"])


def same_pictures(training, held_out, digests):
    """Contents that are trained on and held out, byte for byte."""
    sides = {}
    for number, (picture, digest) in enumerate(zip([*training, *held_out], digests)):
        sides.setdefault(digest, ([], []))[number >= len(training)].append(picture.key)
    both = [(one[:10], other[:10]) for one, other in sides.values() if one and other]
    return {"count": len(both), "listed": [{"training": one, "heldOut": other} for one, other in both[:1000]]}


def about_run(processes, args, splits, digests, table_sha256):
    """run.json of a run that would begin now."""
    training, held_out, split = splits
    record = json.loads(json.dumps(ABOUT["record"]))
    if args.epochs is not None:
        record["epochs"] = args.epochs
        record["recipe"]["train"]["run"]["epochs"] = args.epochs
    record["teacherSha256"] = run_folder.sha256(Path(args.teacher).read_bytes())
    record["distributionsSha256"] = table_sha256
    count = lambda pictures, label: sum(picture.label == label for picture in pictures)
    classes = [
        {"name": name, "training": count(training, label), "heldOut": count(held_out, label)}
        for label, name in enumerate(CLASSES)
    ]
    record["data"] = {
        "description": f"csv {args.manifest}",
        "fingerprint": data.fingerprint([*training, *held_out], digests),
        "heldOut": f"the split {split}",
        "classes": classes,
        "samePictures": same_pictures(training, held_out, digests),
        "skipped": [],
    }
    threads = torch.get_num_threads()
    engine = {"name": "torch", "description": processes.describe(), "threads": threads, "version": torch.__version__}
    begun = {"id": str(uuid.uuid4()), "lferVersion": ABOUT["lferVersion"], "nodeVersion": None, "sharpVersion": None}
    begun |= {"engine": engine, "engines": [], "begun": run_folder.now()}
    command = [f"python {platform.python_version()}", *sys.argv]
    return {"schemaVersion": 1, **begun, "commandLine": command, "commit": None, **record}


def find_run(folder, now, args):
    """The record and the checkpoint of the run to go on with; None for a new one."""
    if not args.resume or folder.is_empty():
        if not folder.is_empty():
            raise SystemExit(f"{args.out} is not empty: --resume goes on with the run in it")
        return None
    before = run_folder.opened(folder.place("run.json"))
    if before is None:
        raise SystemExit(f"{args.out} holds no run")
    difference = run_folder.first_difference(run_folder.decisive(before), run_folder.decisive(now))
    if difference is not None:
        field, one, other = difference
        raise SystemExit(f"{args.out} is another run: its {field} is {one!r}, not {other!r}")
    if args.epochs is None and before["epochs"] != now["epochs"]:
        raise SystemExit(f"{args.out} has {before['epochs']} epochs: --epochs changes the length of a run")
    return before, folder.read_checkpoint()


def write_about(folder, now, before, epochs_done):
    """run.json and the source of a run that begins or goes on."""
    engines = run_folder.engines_of(before, epochs_done, now["engine"])
    kept = {} if before is None else {"id": before["id"], "begun": before["begun"]}
    about = {**now, **kept, "engines": engines}
    about["identity"] = run_folder.sha256(run_folder.json_text(run_folder.decisive(about)))
    folder.write("run.json", run_folder.sealed(about))
    for name, text in ABOUT["texts"].items():
        folder.write(name, text)
    folder.remove("answers.csv")
    return about


def main():
    args, processes = arguments(), Processes()
    first = processes.rank == 0
    parts = processes.count * args.parts
    if BATCH % parts > 0:
        raise SystemExit(f"a batch of {BATCH} cannot be divided into {parts} equal parts")
    splits = data.read_manifest(args.manifest)
    split = "val" if splits["val"] else "test"
    training, held_out = splits["train"], splits[split]
    if not training or not held_out:
        raise SystemExit(f"{args.manifest} needs pictures of the split train, and of val or test")
    everything = [*training, *held_out]
    own = data.content_digests(args.data, everything[processes.rank :: processes.count])
    digests = [None] * len(everything)
    for rank, found in enumerate(processes.gathered(own)):
        digests[rank :: processes.count] = found
    table, table_sha256 = data.read_distributions(args.distributions)
    sides = training, held_out, split
    now = about_run(processes, args, sides, digests, table_sha256)
    training = data.with_distributions(training, table)
    held_out = data.with_distributions(held_out, table)
    epochs = now["epochs"]
    trainer = Trainer(processes, args)
    folder = run_folder.RunFolder(args.out) if first else None
    found = processes.from_first(find_run(folder, now, args) if first else None)
    before, checkpoint = found or (None, None)
    standing = {"epochsDone": 0, "steps": 0, "best": None, "bestSha256": None, "metrics": []}
    slots = load_file(Path(__file__).with_name("initial.safetensors"))
    if checkpoint is not None:
        standing, content = checkpoint
        slots = load(content)
    trainer.restore(slots, standing["steps"])
    about = before
    if first:
        if checkpoint is not None:
            write_epoch_files(folder, standing, trainer.state())
        if not is_through(standing["metrics"], epochs):
            about = write_about(folder, now, before, standing["epochsDone"])
        print(f"{processes.describe()}: {len(training)} pictures, {len(held_out)} held out", flush=True)
    while not is_through(standing["metrics"], epochs):
        begun = time.monotonic()
        trained = train_epoch(trainer, training, (standing["epochsDone"], epochs, standing["metrics"]), args)
        judged_from = time.monotonic()
        judged = judge_epoch(trainer, held_out, args)
        ended = time.monotonic()
        if not all(math.isfinite(score["Loss"]) for _, score in judged):
            raise SystemExit("the loss on the pictures held out is not a finite number")
        epoch, steps = standing["epochsDone"] + 1, standing["steps"] + trained[0]
        best = standing["best"]
        for weights, score in judged:
            if is_better(score, best):
                best = {"loss": score["Loss"], "accuracy": score["Accuracy"]}
                best |= {"meanClassAccuracy": score["MeanClassAccuracy"], "epoch": epoch, "weights": weights}
        record = record_of(epoch, steps, trained, judged, (ended - begun, ended - judged_from))
        standing = {**standing, "epochsDone": epoch, "steps": steps, "best": best}
        standing["metrics"] = [*standing["metrics"], record]
        if first:
            save_epoch(folder, about, standing, trainer.state())
            told = {name: record[f"validation{name}"] for name in ("Loss", "Accuracy", "MeanClassAccuracy")}
            held = ", ".join(f"{name} {value:.4f}" for name, value in told.items())
            print(f"epoch {epoch} of {epochs}: loss {record['loss']:.4f}; held out: {held}", flush=True)
    finish(processes, trainer, folder, about, standing, held_out, args)
    if processes.count > 1:
        dist.destroy_process_group()


def save_epoch(folder, about, standing, state):
    if not all(np.isfinite(value).all() for value in state.values()):
        raise SystemExit(f"a weight is not a finite number after epoch {standing['epochsDone']}")
    is_first = len(standing["metrics"]) == 1
    best = best_file(standing, state)
    if best is not None:
        standing["bestSha256"] = run_folder.sha256(best)
    # The best weights so far are replaced only after the checkpoint, from which the new ones can be made again.
    if is_first:
        write_epoch_files(folder, standing, state)
    folder.write_checkpoint(about, standing, state, ABOUT["labels"])
    if not is_first:
        write_epoch_files(folder, standing, state)


def finish(processes, trainer, folder, about, standing, held_out, args):
    """The best weights' answers for the pictures held out, and the end of the record."""
    content = Path(args.out, "best.safetensors").read_bytes() if processes.rank == 0 else None
    best = load(processes.from_first(content))
    with torch.no_grad():
        for name, value in best.items():
            trainer.slots[name].copy_(value.view_as(trainer.slots[name]))
    _, probabilities = trainer.evaluate(args.data, held_out, args.workers, with_loss=False)
    if processes.rank > 0:
        return
    folder.write("answers.csv", run_folder.answers_text(CLASSES, held_out, probabilities))
    records = standing["metrics"]
    result = {"best": standing["best"], "epochs": len(records), "stoppedEarly": stops_early(records)}
    kept = {key: value for key, value in about.items() if key not in ("ended", "result")}
    folder.write("run.json", run_folder.sealed({**kept, "ended": run_folder.now(), "result": result}))
    print(f"best: epoch {standing['best']['epoch']}, accuracy {standing['best']['accuracy']:.4f}; in {args.out}")


if __name__ == "__main__":
    main()
