/** Python: `train.py`. */
import { printSchedule } from "./print-schedule.js";
import { printTrainer } from "./print-trainer.js";
import { literal, module, textLiteral } from "./python-text.js";
import { runText } from "./run-text.js";
import type { LossFunction, TeacherFacts, TrainingFacts } from "./training-facts.js";

const onlyIf = (condition: boolean, text: string): string => (condition ? text : "");

function head(facts: TrainingFacts): string {
  const { model, recipe, version, student, teacher, distributionTable } = facts;
  const more = `${onlyIf(teacher !== undefined, " --teacher FILE")}${onlyIf(distributionTable, " --distributions FILE")}`;
  return `"""Trains ${model} by the recipe ${recipe}; written by lferc ${version}.

    python train.py --manifest faces.csv --data faces${more} --out runs/first
    torchrun --nproc-per-node 8 train.py --manifest faces.csv --data faces ...

\`lferc data faces --for MODEL.lfer --manifest faces.csv\` writes the table of the pictures. The recipe's batch is
that of all processes together. A run goes on after its last epoch by --resume, here or in \`lferc train\`.
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
from ${student.module} import ${student.className}
from pictures import CLASSES, HeldOutBatches, TrainingParts, generator
${onlyIf(teacher !== undefined, `from ${teacher?.module} import ${teacher?.className} as Teacher\n`)}
# What a run's folder says of the recipe, and the names of the network's weights, which are the same here.
ABOUT = json.loads(Path(__file__).with_name("recipe.json").read_text(encoding="utf-8"))`;
}

function constants(facts: TrainingFacts): string {
  const { output, batch, epochs, lr, keepsLastBatch, bestBy, patience, minDelta, pictures, teacher } = facts;
  const { mean, std } = pictures.target;
  return [
    `OUTPUT = ${textLiteral(output)}`,
    `BATCH, EPOCHS, LR = ${batch}, ${epochs}, ${literal(lr)}`,
    `KEEPS_LAST_BATCH = ${literal(keepsLastBatch)}`,
    `BEST_BY = ${textLiteral(bestBy === "accuracy" ? "Accuracy" : "MeanClassAccuracy")}`,
    `PATIENCE, MIN_DELTA = ${literal(patience)}, ${literal(minDelta)}`,
    `EVALUATION = ${textLiteral(facts.evaluatedBy)}`,
    `MEAN, STD = ${literal(mean)}, ${literal(std)}`,
    ...(teacher === undefined
      ? []
      : [
          `TEACHER_MEAN, TEACHER_STD = ${literal(teacher.mean)}, ${literal(teacher.std)}`,
          `TEACHER_OUTPUTS = ${literal(teacher.outputs)}`,
        ]),
  ].join("\n");
}

/** The expression of a loss' input. */
function inputText(name: string, readsDistributions: boolean): string {
  const dot = name.indexOf(".");
  const [from, what] = [name.slice(0, dot), name.slice(dot + 1)];
  if (from === "student") return `outputs[${textLiteral(what)}]`;
  if (from === "teacher") return `taught[${textLiteral(what)}]`;
  if (!readsDistributions) return "targets";
  return what === "label" ? "targets[:, : len(CLASSES)]" : "targets[:, len(CLASSES) :]";
}

function lossTexts(facts: TrainingFacts): readonly string[] {
  const { loss, evaluationLoss, teacher, pictures } = facts;
  const given = teacher === undefined ? "outputs, targets" : "outputs, targets, taught";
  const whole = (fn: LossFunction, name: string): readonly string[] => {
    const inputs = fn.inputs.map((input) => inputText(input, pictures.readsDistributions));
    return [fn.lines.join("\n"), `def ${name}(${given}):\n    return ${fn.name}(${inputs.join(", ")})`];
  };
  const all = [loss, ...(evaluationLoss === undefined ? [] : [evaluationLoss])];
  const helpers = new Map(all.flatMap((each) => [...each.helpers]));
  return [
    ...[...helpers.values()].map((lines) => lines.join("\n")),
    ...whole(loss, "loss_of"),
    ...(evaluationLoss === undefined ? [] : whole(evaluationLoss, "evaluation_loss_of")),
  ];
}

const inputsText = `def normalised(images, mean=MEAN, std=STD):
    """Bytes [n, H, W, 3] as the network's input [n, 3, H, W]: (value / 255 - mean) / std."""
    values = (np.arange(256)[None] / 255 - np.array(mean)[:, None]) / np.array(std)[:, None]
    table = torch.from_numpy(values.astype(np.float32)).to(images.device)
    channels = torch.arange(3, device=images.device)[None, :, None, None]
    return table[channels, images.permute(0, 3, 1, 2).long()]


def named(names, outputs):
    """A network's outputs by name, as float32."""
    return {name: each.float() for name, each in zip(names, outputs if len(names) > 1 else [outputs])}`;

function teacherText({ orders }: TeacherFacts): string {
  const wanted = [...orders].map(([name, order]) => `${textLiteral(name)}: ${literal(order)}`);
  return `def read_teacher(path, device):
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
    for name, wanted in {${wanted.join(", ")}}.items():
        told = json.loads(metadata.get(f"lfer.labels.{name}", "null"))
        if told is not None and wanted is not None and sorted(told) != sorted(wanted):
            raise SystemExit(f"{path}: the classes of {name} are not {', '.join(wanted)}")
        is_turned = told is not None and wanted is not None and told != list(wanted)
        orders.append((name, [told.index(each) for each in wanted] if is_turned else None))
    return teacher.to(device).train(False).requires_grad_(False), orders`;
}

const processesText = `class Processes:
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
        return f"torch {torch.__version__} on {device}, {count}, random numbers of its own"`;

/** The text of the script. */
export function printTrain(facts: TrainingFacts): string {
  const { teacher, schedule } = facts;
  return module([
    `${head(facts)}\n\n${constants(facts)}`,
    ...lossTexts(facts),
    inputsText,
    ...(teacher === undefined ? [] : [teacherText(teacher)]),
    printSchedule(schedule),
    processesText,
    printTrainer(facts),
    ...runText(facts),
  ]);
}
