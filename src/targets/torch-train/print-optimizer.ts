/** Python: the optimiser, and its state by the names of lferc's slots. */
import type { ThingOf } from "../../recipe/signatures.js";
import { literal } from "./python-text.js";

export interface PrintedOptimizer {
  /** The expression that makes it from `groups`. */
  readonly made: string;
  /** Its memories: the prefix of a slot, and the key in PyTorch's state of a parameter. */
  readonly memories: readonly (readonly [slot: string, key: string])[];
  /** Slots of the sums of the moments' weights, with their decay rates. */
  readonly counters: readonly (readonly [slot: string, beta: number])[];
  readonly weightDecay: number;
}

export function printOptimizer(thing: ThingOf<"optimizer">): PrintedOptimizer {
  switch (thing.name) {
    case "sgd": {
      const { momentum, nesterov, weight_decay: weightDecay } = thing.fields;
      const more = momentum === 0 ? "" : `, momentum=${literal(momentum)}${nesterov ? ", nesterov=True" : ""}`;
      const memories = momentum === 0 ? [] : [["velocity", "momentum_buffer"] as const];
      return { made: `torch.optim.SGD(groups, lr=LR${more})`, memories, counters: [], weightDecay };
    }
    case "adam":
    case "adamw": {
      const { betas, eps, weight_decay: weightDecay } = thing.fields;
      const kind = thing.name === "adam" ? "Adam" : "AdamW";
      return {
        made: `torch.optim.${kind}(groups, lr=LR, betas=${literal(betas)}, eps=${literal(eps)})`,
        memories: [
          ["first_moment", "exp_avg"],
          ["second_moment", "exp_avg_sq"],
        ],
        counters: [
          ["first_moment_weight", betas[0] ?? 0],
          ["second_moment_weight", betas[1] ?? 0],
        ],
        weightDecay,
      };
    }
  }
}

/** Methods of `Trainer`: the optimiser's state as lferc's slots, and back. */
export function printOptimizerState({ memories, counters }: PrintedOptimizer): string {
  const kept =
    memories.length === 0
      ? ""
      : `
        for prefix, key in ${literal(memories)}:
            for name, value in self.trained.items():
                known = self.optimizer.state[value].get(key)
                slots[f"{prefix}.{name}"] = torch.zeros_like(value) if known is None else known`;
  const counted =
    counters.length === 0
      ? ""
      : `
        for name, beta in ${literal(counters)}:
            slots[name] = torch.tensor(1 - beta**self.updates)`;
  const restored =
    memories.length === 0
      ? ""
      : `
        for name, value in self.trained.items() if self.updates > 0 else ():
            self.optimizer.state[value] = {
                key: slots[f"{prefix}.{name}"].to(value.device).view_as(value).clone()
                for prefix, key in ${literal(memories)}
            }${
              counters.length === 0
                ? ""
                : `
            self.optimizer.state[value]["step"] = torch.tensor(float(self.updates))`
            }`;
  return `    def optimizer_slots(self):
        slots = {}${kept}${counted}
        return slots

    def restore_optimizer(self, slots):
        """After \`self.updates\` updates of the parameters."""${restored === "" ? "" : restored}`;
}
