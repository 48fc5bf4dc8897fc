/** Python: the class `Trainer`: the student, its optimiser, a step, an evaluation. */
import { printOptimizer, printOptimizerState } from "./print-optimizer.js";
import { literal } from "./python-text.js";
import type { TrainingFacts } from "./training-facts.js";

const lines = (...all: readonly (string | false)[]): string => all.filter((line) => line !== false).join("\n");

const onlyIf = (condition: boolean, text: string): string => (condition ? text : "");

function beginning(facts: TrainingFacts): string {
  const { student, teacher, accumulate, averageDecay } = facts;
  const optimizer = printOptimizer(facts.optimizer);
  return lines(
    `class Trainer:
    """The student, its optimiser and their state, in one of several processes."""

    def __init__(self, processes, args):
        self.processes, self.device, self.bf16 = processes, processes.device, args.bf16
        self.model = ${student.className}().to(self.device)
        state = self.model.state_dict(keep_vars=True)
        self.slots = {name: state[name] for name in ABOUT["slots"]}
        self.model.requires_grad_(False)
        groups = []
        for group in ABOUT["groups"]:
            values = [self.slots[name].requires_grad_(True) for name in group["parameters"]]
            decay = ${literal(optimizer.weightDecay)} * group["decayScale"]
            groups.append({"params": values, "rate_scale": group["rateScale"], "weight_decay": decay})
        self.trained = {name: self.slots[name] for group in ABOUT["groups"] for name in group["parameters"]}
        self.statistics = [self.slots[name] for name in ABOUT["statistics"]]
        self.optimizer = ${optimizer.made}
        self.updates = 0`,
    accumulate > 1 && "        self.pending = 0",
    averageDecay !== undefined &&
      `        self.average = {name: torch.zeros_like(value) for name, value in self.trained.items()}
        self.average_started = 0.0`,
    teacher !== undefined && "        self.teacher, self.teacher_orders = read_teacher(args.teacher, self.device)",
    `        self.wrapped = self.model
        if processes.count > 1:
            devices = [self.device] if self.device.type == "cuda" else None
            self.wrapped = DistributedDataParallel(self.model, device_ids=devices, broadcast_buffers=False)`,
  );
}

function stateText(facts: TrainingFacts): string {
  const { accumulate, averageDecay } = facts;
  return lines(
    `    def state(self):
        """Every slot of the step, by lferc's names."""
        slots = {**self.slots, **self.optimizer_slots()}`,
    accumulate > 1 &&
      `        for name, value in self.trained.items():
            slots[f"accumulated.{name}"] = torch.zeros_like(value) if value.grad is None else value.grad
        slots["accumulated_steps"] = torch.tensor(float(self.pending))`,
    averageDecay !== undefined &&
      `        slots |= {f"average.{name}": value for name, value in self.average.items()}
        slots["average_started"] = torch.tensor(self.average_started)`,
    `        return {name: value.detach().float().cpu().numpy().copy() for name, value in slots.items()}

    @torch.no_grad()
    def restore(self, slots, steps):
        """The state after so many steps; without steps, initial weights alone."""
        for name, value in self.slots.items():
            value.copy_(slots[name].view_as(value))
        self.updates = steps // ${accumulate}
        if steps == 0:
            return
        self.restore_optimizer(slots)`,
    accumulate > 1 &&
      `        self.pending = int(slots["accumulated_steps"])
        for name, value in self.trained.items():
            value.grad = slots[f"accumulated.{name}"].to(self.device).view_as(value).clone()`,
    averageDecay !== undefined &&
      `        self.average_started = float(slots["average_started"])
        for name, value in self.average.items():
            value.copy_(slots[f"average.{name}"].view_as(value))`,
  );
}

function forwardText({ student, drops, teacher }: TrainingFacts): string {
  return lines(
    `    def on_device(self, part):
        return [tensor.to(self.device, non_blocking=True) for tensor in part]

    def forward(self, images${onlyIf(drops, ", where")}):
        """The outputs for bytes [n, H, W, 3]${onlyIf(drops, "; masks depend on the place in the run alone")}."""`,
    drops && '        torch.manual_seed(int(generator("masks", *where).integers(2**63)))',
    `        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            outputs = self.wrapped(normalised(images))
        return named(${literal(student.outputs)}, outputs)`,
    teacher !== undefined &&
      `
    @torch.no_grad()
    def taught(self, images):
        """What the teacher says of bytes [n, H, W, 3], with the classes in the order that the loss takes."""
        outputs = named(TEACHER_OUTPUTS, self.teacher(normalised(images, TEACHER_MEAN, TEACHER_STD)))
        orders = self.teacher_orders
        return {name: outputs[name] if order is None else outputs[name][:, order] for name, order in orders}`,
  );
}

/** The call of a loss, as an argument list. */
const lossCall = (facts: TrainingFacts, outputs: string, targets: string, part: string): string =>
  `${outputs}, ${targets}${facts.teacher === undefined ? "" : `, ${part}`}`;

function meanStep(facts: TrainingFacts): string {
  const { drops, teacher } = facts;
  const taught = teacher === undefined ? "" : "self.taught(more[0])";
  return `    def learn(self, parts, count, where):
        """Adds the gradients of a batch of \`count\` pictures, of which \`parts\` are this process'.

        Returns what these parts add to the batch's loss, and how many pictures were answered right. The loss of a batch
        is the mean of its parts' losses. Each part is normalised by its own statistics; running ones are their mean.
        """
        loss_sum, correct = 0.0, 0
        for number, last in self.each_part(len(parts)):
            images, targets, labels${onlyIf(teacher !== undefined, ", *more")} = self.on_device(parts[number])
            with contextlib.nullcontext() if last else self.alone():
                outputs = self.forward(images${onlyIf(drops, ", (*where, self.processes.rank * len(parts) + number)")})
                share = len(labels) / count
                value = loss_of(${lossCall(facts, "outputs", "targets", taught)}) * share
                (value * self.processes.count).backward()
            loss_sum += value.detach()
            correct += (outputs[OUTPUT].argmax(1) == labels).sum()
        return loss_sum, correct`;
}

function wholeStep(facts: TrainingFacts): string {
  const { drops, teacher } = facts;
  const place = onlyIf(drops, ", (*where, self.processes.rank * len(parts) + number)");
  const taught = teacher === undefined ? "" : "taught";
  return `    def learn(self, parts, count, where):
        """Adds the gradients of a batch of \`count\` pictures, of which \`parts\` are this process'.

        Returns this process' share of the batch's loss, and how many pictures were answered right. The loss divides by
        something of the whole batch, so it is computed on the outputs of all parts of all processes. Each part is
        normalised by its own statistics; running ones are their mean.
        """
        batch = [self.on_device(part) for part in parts]
        answers = []
        # The outputs of several parts do not stay in memory with all that they were computed from.
        with torch.set_grad_enabled(len(parts) == 1):
            for number, _ in self.each_part(len(parts), keeps=len(parts) == 1):
                answers.append(self.forward(batch[number][0]${place}))
        leaves = {name: torch.cat([each[name].detach() for each in answers]).requires_grad_() for name in answers[0]}
        outputs = {name: self.processes.rows(leaf) for name, leaf in leaves.items()}
        targets = self.processes.rows(torch.cat([part[1] for part in batch]))
${onlyIf(
  teacher !== undefined,
  `        own = [self.taught(part[3]) for part in batch]
        taught = {name: self.processes.rows(torch.cat([each[name] for each in own])) for name in own[0]}
`,
)}        loss = loss_of(${lossCall(facts, "outputs", "targets", taught)})
        found = torch.autograd.grad(loss * self.processes.count, list(leaves.values()), allow_unused=True)
        gradients = {name: each for name, each in zip(leaves, found) if each is not None}
        labels = torch.cat([part[2] for part in batch])
        correct = (leaves[OUTPUT].argmax(1) == labels).sum()
        if len(parts) == 1:
            torch.autograd.backward([answers[0][name] for name in gradients], list(gradients.values()))
            return loss.detach() / self.processes.count, correct
        size = len(labels) // len(parts)
        for number, last in self.each_part(len(parts)):
            with contextlib.nullcontext() if last else self.alone():
                again = self.forward(batch[number][0]${place})
                own = slice(number * size, (number + 1) * size)
                torch.autograd.backward([again[name] for name in gradients], [each[own] for each in gradients.values()])
        return loss.detach() / self.processes.count, correct`;
}

const partsText = `    def alone(self):
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
                value /= self.processes.count`;

function updateText({ accumulate, clipNorm, averageDecay }: TrainingFacts): string {
  return lines(
    `    @torch.no_grad()
    def update(self, rate):
        """Changes the parameters by the gradients${accumulate > 1 ? ` of ${accumulate} batches` : ""}."""`,
    accumulate > 1 &&
      `        self.pending += 1
        if self.pending < ${accumulate}:
            return
        for value in self.trained.values():
            value.grad /= ${accumulate}
        self.pending = 0`,
    clipNorm !== undefined && `        torch.nn.utils.clip_grad_norm_(self.trained.values(), ${literal(clipNorm)})`,
    `        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["rate_scale"]
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.updates += 1`,
    averageDecay !== undefined &&
      `        kept = ${literal(averageDecay)} * self.average_started
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
                value.copy_(own[name])`,
  );
}

function evaluateText(facts: TrainingFacts): string {
  const { teacher, evaluatedBy, evaluationLoss, inferenceOutputs } = facts;
  const views = evaluatedBy === "mean_of_flips" ? 2 : 1;
  const call = evaluationLoss === undefined ? "loss_of" : "evaluation_loss_of";
  const turned = (name: string): string => (views === 2 ? `(${name}, ${name}.flip(2))` : `(${name},)`);
  const taught = teacher === undefined ? "" : "self.taught(other)";
  const each =
    teacher === undefined
      ? `for view in ${turned("images")}`
      : `for view, other in zip(${turned("images")}, ${turned("more[0]")})`;
  return `    @torch.no_grad()
    def evaluate(self, root, pictures, workers, with_loss=True):
        """Mean loss, and the probabilities [n, C] of all pictures, by the processes together."""
        self.model.train(False)
        rank, processes = self.processes.rank, self.processes.count
        batches = [range(at, min(at + BATCH, len(pictures))) for at in range(0, len(pictures), BATCH)][rank::processes]
        dataset = HeldOutBatches(root, pictures, batches)
        loader = torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=workers)
        loss, found = 0.0, {}
        for places, batch in zip(batches, loader):
            images, targets, _${onlyIf(teacher !== undefined, ", *more")} = self.on_device(batch)
            probabilities = 0.0
            ${each}:
                outputs = named(${literal(inferenceOutputs)}, self.model(normalised(view)))
                if with_loss:
                    loss += float(${call}(${lossCall(facts, "outputs", "targets", taught)})) * len(places)${onlyIf(views > 1, ` / ${views}`)}
                probabilities += outputs[OUTPUT].double().softmax(1)${onlyIf(views > 1, ` / ${views}`)}
            found |= dict(zip(places, probabilities.cpu().numpy()))
        self.model.train()
        losses, parts = zip(*self.processes.gathered((loss, found)))
        together = {place: own for part in parts for place, own in part.items()}
        return sum(losses) / len(pictures), np.stack([together[place] for place in range(len(pictures))])`;
}

/** The class. */
export function printTrainer(facts: TrainingFacts): string {
  return [
    beginning(facts),
    stateText(facts),
    printOptimizerState(printOptimizer(facts.optimizer)),
    forwardText(facts),
    partsText,
    facts.lossIsMean ? meanStep(facts) : wholeStep(facts),
    updateText(facts),
    evaluateText(facts),
  ].join("\n\n");
}
