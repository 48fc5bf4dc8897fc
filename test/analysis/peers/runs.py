"""Shared by the scripts beside this file: the networks, the connections of their layers, and the format of the results."""
import json
import pathlib

HERE = pathlib.Path(__file__).parent
TWICE = set("add sub mul div pow maximum minimum greater less greater_equal less_equal equal not_equal logical_and logical_or".split())


def networks():
    return json.loads((HERE / "networks.json").read_text())["networks"]


def values_of(layers, image, apply):
    """The result of every layer, the image first. A layer reads the values with the indices in `from`, else the previous one, twice if it
    has two inputs."""
    values = [image]
    for i, spec in enumerate(layers):
        last = len(values) - 1
        read = spec.get("from", [last, last] if spec["op"] in TWICE else [last])
        values.append(apply(i, spec["op"], [values[n] for n in read], spec.get("attributes", {})))
    return values


def ask(count, known):
    """A tool's result for each network, or its error; networks with an op that the script cannot write are left out."""
    answers = {}
    for name, spec in networks().items():
        if not {each["op"] for each in spec["layers"]} <= known:
            continue
        try:
            answers[name] = {key: int(value) for key, value in count(name, spec).items()}
        except Exception as error:  # noqa: BLE001: whatever a tool raises is its answer
            answers[name] = {"refused": f"{type(error).__name__}: {error}".split("\n")[0][:120]}
    return answers


def keep(tool, versions, answers):
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in answers.items())
    text = f'{{\n  "versions": {json.dumps(versions)},\n  "answers": {{\n{lines}\n  }}\n}}\n'
    (HERE / "runs").mkdir(exist_ok=True)
    (HERE / "runs" / f"{tool}.json").write_text(text)
