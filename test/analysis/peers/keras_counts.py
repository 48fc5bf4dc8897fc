"""Counts the networks of networks.json with TensorFlow's profiler, the way keras-flops asks it: network -> flops.

python keras_counts.py > keras.json
Needs tensorflow (or tensorflow-cpu). The inference graph is frozen before it is counted; maps are NHWC.
keras-flops 0.1.2 itself asks for tensorflow 2.2 to 2.x of its day; its body is these calls.
"""
import contextlib
import io
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402
from tensorflow.python.framework.convert_to_constants import (  # noqa: E402
    convert_variables_to_constants_v2_as_graph,
)

K = tf.keras.layers
FUNCTIONS = {
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "hard_sigmoid": tf.keras.activations.hard_sigmoid,
    "hard_swish": tf.keras.activations.hard_silu,
    "square": tf.square,
    "mish": tf.keras.activations.mish,
    "silu": tf.keras.activations.silu,
    "sigmoid": tf.nn.sigmoid,
    "tanh": tf.nn.tanh,
    "softplus": tf.nn.softplus,
    "softmax": tf.nn.softmax,
    "log_softmax": tf.nn.log_softmax,
    "exp": tf.exp,
    "sqrt": tf.sqrt,
    "log": tf.math.log,
    "abs": tf.abs,
    "neg": tf.negative,
    "add": lambda x: x + x,
    "sub": lambda x: x - x,
    "mul": lambda x: x * x,
    "div": lambda x: x / x,
    "pow": lambda x: x**x,
    "minimum": lambda x: tf.minimum(x, x),
    "maximum": lambda x: tf.maximum(x, x),
    "concat": lambda x: tf.concat([x, x], -1),
    "reduce_mean": lambda x: tf.reduce_mean(x, [1, 2]),
}


def padded(x, amount, value=0.0):
    return tf.pad(x, [[0, 0], [amount] * 2, [amount] * 2, [0, 0]], constant_values=value) if amount else x


def shuffle(groups):
    def run(x):
        n, h, w, c = x.shape
        cut = tf.reshape(x, [n, h, w, groups, c // groups])
        return tf.reshape(tf.transpose(cut, [0, 1, 2, 4, 3]), [n, h, w, c])

    return run


def grouped(spec, channels, stride, groups):
    """Keras 3 hides grouped convolutions in a compiled call that the profiler cannot see into; this is the op itself."""
    k, filters = spec["kernel"], spec["channels"]

    def run(x):
        if tf.executing_eagerly():  # no CPU kernel; only the shape is wanted
            return tf.zeros([1, (x.shape[1] - k) // stride + 1, (x.shape[2] - k) // stride + 1, filters])
        return tf.nn.conv2d(x, tf.ones([k, k, channels // groups, filters]), stride, "VALID")

    return run


def layer(spec, channels):
    """A function of x that makes its Keras layer once."""
    op, stride = spec["op"], spec.get("stride", 1)
    if op == "conv2d":
        groups, bias, dilation = spec.get("groups", 1), spec.get("bias", False), spec.get("dilation", 1)
        if groups == channels and groups > 1:
            made = K.DepthwiseConv2D(
                spec["kernel"], stride, depth_multiplier=spec["channels"] // channels, use_bias=bias,
                dilation_rate=dilation,
            )
        elif groups > 1:
            return grouped(spec, channels, stride, groups)
        else:
            made = K.Conv2D(spec["channels"], spec["kernel"], stride, use_bias=bias, dilation_rate=dilation)
        return lambda x: made(padded(x, spec.get("padding", 0)))
    if op == "linear":
        return K.Dense(spec["features"], use_bias=spec["bias"])
    if op == "batch_norm":
        made = K.BatchNormalization()
        return lambda x: made(x, training=False)
    if op in ("max_pool", "avg_pool"):
        made = (K.MaxPooling2D if op == "max_pool" else K.AveragePooling2D)(spec["kernel"], stride)
        return lambda x: made(padded(x, spec.get("padding", 0), -1e9))
    if op == "global_avg_pool":
        return K.GlobalAveragePooling2D(keepdims=True)
    if op == "flatten":
        return K.Flatten()
    if op == "channel_shuffle":
        return shuffle(spec["groups"])
    return FUNCTIONS[op]


def count(spec):
    c, h, w = spec["input"]
    x, layers = tf.ones([1, h, w, c]), []
    for each in spec["layers"]:
        made = layer(each, int(x.shape[-1]))
        layers.append(made)
        x = made(x)

    def run(image):
        for made in layers:
            image = made(image)
        return image

    concrete = tf.function(run).get_concrete_function(tf.TensorSpec([1, h, w, c], tf.float32))
    frozen, _ = convert_variables_to_constants_v2_as_graph(concrete)
    with tf.Graph().as_default() as graph, contextlib.redirect_stdout(io.StringIO()):
        tf.graph_util.import_graph_def(frozen.graph.as_graph_def(), name="")
        options = (
            tf.compat.v1.profiler.ProfileOptionBuilder(tf.compat.v1.profiler.ProfileOptionBuilder.float_operation())
            .with_empty_output()
            .build()
        )
        profile = tf.compat.v1.profiler.profile(
            graph=graph, run_meta=tf.compat.v1.RunMetadata(), cmd="op", options=options
        )
    return profile.total_float_ops


specs = json.loads((pathlib.Path(__file__).parent / "networks.json").read_text())
print(json.dumps({name: {"flops": count(spec)} for name, spec in specs.items()}, indent=1))
