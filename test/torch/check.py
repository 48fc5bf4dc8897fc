"""Compares modules that lferc printed with the float64 reference: `python check.py FOLDER [NAME...]`.

Each folder in FOLDER has model.py, case.json and data.bin (proof-case.ts). The module runs in float64. Compared are the keys of
its state, initial weights, outputs, the gradients of a loss for its input and parameters, in inference and in training, the running
statistics after it, and what torch.jit.trace and torch.export make of it; with --compile what torch.compile makes, too. With
--values the values are all that is compared.
"""
import importlib.util
import json
import math
import pathlib
import sys
import warnings

import numpy
import torch

warnings.filterwarnings("ignore")
torch.manual_seed(1)
tolerance = 1e-7


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed(outputs):
    return list(outputs) if isinstance(outputs, tuple) else [outputs]


class Case:
    def __init__(self, place):
        self.place = place
        self.told = json.loads((place / "case.json").read_text())
        self.data = torch.from_numpy(numpy.fromfile(place / "data.bin", dtype="<f8"))
        self.wrong = []

    def tensor(self, entry):
        count = math.prod(entry["shape"])
        return self.data[entry["from"] : entry["from"] + count].reshape(entry["shape"]).clone()

    def compare(self, what, found, wanted, limit=tolerance):
        if found is None:
            found = torch.zeros_like(wanted)
        found = found.detach().double()
        if list(found.shape) != list(wanted.shape):
            self.wrong.append(f"{what}: shape {list(found.shape)}, not {list(wanted.shape)}")
            return
        both = ~(torch.isfinite(found) & torch.isfinite(wanted))
        same = torch.equal(torch.nan_to_num(found[both]), torch.nan_to_num(wanted[both]))
        found, wanted = found[~both], wanted[~both]
        error = (found - wanted).norm()
        if not same or not error <= limit * (wanted.norm() + 1e-6 * math.sqrt(max(1, wanted.numel()))):
            self.wrong.append(f"{what}: off by {error:.3e}, of {wanted.norm():.3e}")

    def network(self):
        module = loaded(self.place / "model.py")
        return getattr(module, self.told["className"])()

    def inputs(self):
        found = []
        for entry in self.told["inputs"]:
            value = self.tensor(entry)
            found.append(value.bool() if entry["dtype"] == "bool" else value.requires_grad_())
        return found

    def initial(self, network):
        state = network.state_dict()
        keys = [key for key in state if not key.endswith("num_batches_tracked")]
        names = [entry["name"] for entry in self.told["slots"]]
        if sorted(keys) != sorted(names):
            self.wrong.append(f"keys: {sorted(set(keys) ^ set(names))[:6]}")
            return
        for entry in self.told["initial"]:
            start, values = entry["initializer"], state[entry["name"]].double()
            if start["kind"] == "constant":
                fits = bool(((values - start["value"]).abs() <= 1e-6 * abs(start["value"])).all())
            elif start["kind"] == "uniform":
                low, high = start["low"], start["high"]
                fits = bool((values >= low - 1e-6).all() and (values <= high + 1e-6).all())
                spread = (high - low) / math.sqrt(12)
                fits = fits and (values.numel() < 500 or abs(values.std() / spread - 1) < 0.1)
            else:
                fits = values.numel() < 500 or abs(values.std() / start["std"] - 1) < 0.1
            if not fits:
                self.wrong.append(f"initial {entry['name']}: not {start}")

    def run(self, network, told, what):
        inputs = self.inputs()
        outputs = listed(network(*inputs))
        for value, entry in zip(outputs, told["outputs"], strict=True):
            self.compare(f"{what}: output {entry['name']}", value, self.tensor(entry))
        if told["upstream"]:
            loss = sum((value * self.tensor(each)).sum() for value, each in zip(outputs, told["upstream"]))
            if loss.requires_grad:
                loss.backward()
            leaves = dict(network.named_parameters()) if isinstance(network, torch.nn.Module) else {}
            leaves |= {entry["name"]: value for entry, value in zip(self.told["inputs"], inputs)}
            for entry in told["gradients"]:
                leaf = leaves[entry["name"]]
                self.compare(f"{what}: gradient of {entry['name']}", leaf.grad, self.tensor(entry))
        for entry in told["after"]:
            self.compare(f"{what}: {entry['name']} after it", network.state_dict()[entry["name"]], self.tensor(entry))

    def fresh(self):
        network = self.network().double()
        state = {entry["name"]: self.tensor(entry) for entry in self.told["slots"]}
        network.load_state_dict(state)
        return network

    def check(self, compiled, values):
        self.initial(self.network())
        if self.wrong:
            return
        self.run(self.fresh().eval(), self.told["inference"], "inference")
        if "training" in self.told:
            self.run(self.fresh().train(), self.told["training"], "training")
        if self.told["hasFunction"]:
            self.run(loaded(self.place / "function.py").function, self.told["inference"], "function")
        network, inputs = self.fresh().eval(), tuple(value.detach() for value in self.inputs())
        wanted = [self.tensor(entry) for entry in self.told["inference"]["outputs"]]
        forms = {}
        if inputs and not values:
            forms["torch.jit.trace"] = lambda: torch.jit.trace(network, inputs)
            forms["torch.export"] = lambda: torch.export.export(network, inputs).module()
        if compiled:
            forms["torch.compile"] = lambda: torch.compile(network, fullgraph=True)
        for name, make in forms.items():
            with torch.no_grad():
                for value, each in zip(listed(make()(*inputs)), wanted, strict=True):
                    self.compare(name, value, each)


def main():
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder, only = pathlib.Path(arguments[0]), arguments[1:]
    places = sorted(path for path in folder.iterdir() if (path / "case.json").exists())
    wrong = count = 0
    for place in places:
        if only and not any(word in place.name for word in only):
            continue
        case = Case(place)
        try:
            case.check("--compile" in sys.argv, "--values" in sys.argv)
        except Exception as error:  # noqa: BLE001 (any fault of a printed module is a finding)
            case.wrong.append(f"{type(error).__name__}: {str(error)[:400]}")
        count += 1
        if case.wrong:
            wrong += 1
            print(f"{place.name}:", *case.wrong[:6], sep="\n  ", flush=True)
    print(f"{count} cases, {wrong} wrong")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
