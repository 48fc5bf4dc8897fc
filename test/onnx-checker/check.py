"""Passes ONNX files through the official checker: python test/onnx-checker/check.py [--load] FILES...

For every file: onnx.checker with full_check (types and shapes inferred and compared), strict shape inference with data
propagation, and that every edge of the graph carries its type in value_info, equal to what inference finds.
With --load onnxruntime opens it too, as it would to run it. Needs PyPI's onnx, and for --load onnxruntime. Exit code 1 when
a file fails; the others are still checked.
"""

import sys

import onnx
from onnx import shape_inference


def dims_of(value_info):
    """Sizes and symbols of a value, None if unknown."""
    return [
        d.dim_value if d.HasField("dim_value") else (d.dim_param or None)
        for d in value_info.type.tensor_type.shape.dim
    ]


def typed_values(graph):
    return {info.name: info for info in [*graph.input, *graph.output, *graph.value_info]}


def stripped(model):
    """The model without its value_info, so that shape inference does not use our types."""
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.graph.value_info[:]
    return bare


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    typed = typed_values(model.graph)
    initializers = {tensor.name for tensor in model.graph.initializer}
    produced = [name for node in model.graph.node for name in node.output if name]
    untyped = [name for name in produced if name not in typed]
    if untyped:
        raise ValueError(f"edges without value_info: {untyped}")
    for info in model.graph.value_info:
        if info.name not in produced:
            raise ValueError(f"value_info for {info.name}, which no node makes")
        if not info.type.tensor_type.HasField("shape") or None in dims_of(info):
            raise ValueError(f"value_info for {info.name} leaves a dimension open")
    unread = initializers - {name for node in model.graph.node for name in node.input}
    if unread:
        raise ValueError(f"initializers that nothing reads: {sorted(unread)}")
    inferred = typed_values(
        shape_inference.infer_shapes(stripped(model), check_type=True, strict_mode=True, data_prop=True).graph
    )
    for name in produced:
        ours, theirs = typed[name], inferred.get(name)
        if theirs is None:
            continue
        if ours.type.tensor_type.elem_type != theirs.type.tensor_type.elem_type:
            raise ValueError(f"{name}: element type differs from what inference finds")
        theirs_dims = dims_of(theirs)
        if len(theirs_dims) != len(dims_of(ours)):
            raise ValueError(f"{name}: {dims_of(ours)}, inference finds {theirs_dims}")
        for mine, found in zip(dims_of(ours), theirs_dims):
            if isinstance(found, int) and mine != found:
                raise ValueError(f"{name}: {dims_of(ours)}, inference finds {theirs_dims}")
    names = [node.name for node in model.graph.node]
    if len(set(names)) != len(names) or "" in names:
        raise ValueError("node names are not unique")
    opset = model.opset_import[0].version
    print(f"{path}: fine, opset {opset}, IR {model.ir_version}, {len(names)} nodes, {len(produced)} edges")


def load(path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def main(arguments):
    paths = [path for path in arguments if path != "--load"]
    if not paths:
        print(__doc__)
        return 2
    failed = 0
    for path in paths:
        try:
            check(path)
            if len(paths) < len(arguments):
                load(path)
        except Exception as error:  # one bad file must not hide the next
            failed += 1
            print(f"{path}: FAILED: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
