"""Counts the networks of networks.json with TensorFlow's profiler, as keras-flops does; the results are in runs/keras.json.

python keras_counts.py
Needs tensorflow (or tensorflow-cpu). The inference graph is frozen before it is counted; maps are NHWC.
keras-flops 0.1.2 itself requires an old tensorflow 2; it consists of these calls. An op without an entry in LAYERS or FUNCTIONS is
not counted.
"""
import contextlib
import io
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402
from runs import ask, keep, values_of  # noqa: E402
from tensorflow.python.framework.convert_to_constants import (  # noqa: E402
    convert_variables_to_constants_v2_as_graph,
)

K = tf.keras.layers
A = tf.keras.activations


def last(axis, x):
    """The index of one of our axes (channels second) in a channels-last tensor."""
    return {1: 3, 2: 1, 3: 2}.get(axis, axis) if len(x.shape) == 4 else axis


def padded(x, padding, mode="CONSTANT", value=0.0):
    top, left, bottom, right = padding
    return tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]], mode, value) if any(padding) else x


def replicated(x, padding):
    """There is no such layer; the border is repeated by gathering rows and columns."""
    top, left, bottom, right = padding
    rows = [min(max(i - top, 0), x.shape[1] - 1) for i in range(x.shape[1] + top + bottom)]
    columns = [min(max(i - left, 0), x.shape[2] - 1) for i in range(x.shape[2] + left + right)]
    return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)


def shuffled(x, groups):
    n, h, w, c = x.shape
    cut = tf.reshape(x, [n, h, w, groups, c // groups])
    return tf.reshape(tf.transpose(cut, [0, 1, 2, 4, 3]), [n, h, w, c])


def reshaped(x, shape):
    """A negative length is a multiple of the batch, which is 1; maps are channels last."""
    n, *sides = [abs(side) for side in shape]
    return tf.reshape(x, [n, *sides[1:], sides[0]] if len(sides) == 3 else [n, *sides])


def adaptive(reduce):
    """There is no such layer; written as one reduction over bins of equal size."""

    def run(x, size):
        n, h, w, c = x.shape
        assert h % size[0] == 0 and w % size[1] == 0, "bins that fit"
        return reduce(tf.reshape(x, [n, size[0], h // size[0], size[1], w // size[1], c]), [2, 4])

    return run


def reduction(reduce):
    return lambda x, axes, keep: reduce(x, [last(axis, x) for axis in axes], keep)


def sliced(x, axis, **ends):
    return x[(slice(None),) * last(axis, x) + (slice(ends["from"], ends["to"]),)]


FUNCTIONS = {
    "matmul": tf.matmul,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "leaky_relu": lambda x, slope: tf.nn.leaky_relu(x, slope),
    "elu": lambda x, alpha: A.elu(x, alpha),
    "celu": lambda x, alpha: A.celu(x, alpha),
    "cumsum": lambda x, axis, reverse: tf.cumsum(x, last(axis, x), reverse=reverse),
    "selu": tf.nn.selu,
    "gelu": lambda x, approximate: A.gelu(x, approximate),
    "mish": A.mish,
    "silu": A.silu,
    "sigmoid": tf.nn.sigmoid,
    "tanh": tf.nn.tanh,
    "softplus": tf.nn.softplus,
    "hard_sigmoid": A.hard_sigmoid,
    "hard_swish": A.hard_silu,
    "erf": tf.math.erf,
    "exp": tf.exp,
    "log": tf.math.log,
    "sqrt": tf.sqrt,
    "neg": tf.negative,
    "abs": tf.abs,
    "square": tf.square,
    "clip": lambda x, min, max: tf.clip_by_value(x, min, max),
    "reshape": reshaped,
    "transpose": lambda x, permutation: tf.transpose(x, permutation),
    "concat": lambda *given, axis: tf.concat(given, last(axis, given[0])),
    "split": lambda x, axis, sizes: tf.split(x, sizes, last(axis, x))[0],
    "slice": sliced,
    "channel_shuffle": shuffled,
    "adaptive_avg_pool": adaptive(tf.reduce_mean),
    "adaptive_max_pool": adaptive(tf.reduce_max),
    "local_response_norm": lambda x, size, alpha, beta, k: tf.nn.local_response_normalization(
        x, size // 2, k, alpha / size, beta
    ),
    "pad": lambda x, padding, value: padded(x, padding, value=value),
    "reflection_pad": lambda x, padding: padded(x, padding, "REFLECT"),
    "replication_pad": replicated,
    "softmax": lambda x, axis: tf.nn.softmax(x, last(axis, x)),
    "log_softmax": lambda x, axis: tf.nn.log_softmax(x, last(axis, x)),
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "maximum": tf.maximum,
    "minimum": tf.minimum,
    "reduce_sum": reduction(tf.reduce_sum),
    "reduce_mean": reduction(tf.reduce_mean),
    "reduce_max": reduction(tf.reduce_max),
    "reduce_min": reduction(tf.reduce_min),
    "greater": lambda a, b: a > b,
    "less": lambda a, b: a < b,
    "greater_equal": lambda a, b: a >= b,
    "less_equal": lambda a, b: a <= b,
    "equal": tf.equal,
    "not_equal": tf.not_equal,
    "logical_and": tf.logical_and,
    "logical_or": tf.logical_or,
    "logical_not": tf.logical_not,
    "where": tf.where,
}


def grouped(x, channels, kernel, stride, groups, weight, bias):
    """Keras 3 hides grouped convolutions in a compiled call that the profiler cannot see into; this is the op itself."""
    if tf.executing_eagerly():  # no CPU kernel; only the shape is wanted
        sides = [(side - k) // s + 1 for side, k, s in zip(x.shape[1:3], kernel, stride)]
        return tf.zeros([1, *sides, channels])
    y = tf.nn.conv2d(x, weight, stride, "VALID")
    return y if bias is None else tf.nn.bias_add(y, bias)


def conv2d(x, channels, kernel, stride, padding, dilation, groups, bias):
    inside = x.shape[-1]
    if groups == 1:
        made = K.Conv2D(channels, kernel, stride, use_bias=bias, dilation_rate=dilation)
    elif groups == inside:
        made = K.DepthwiseConv2D(kernel, stride, depth_multiplier=channels // inside, use_bias=bias, dilation_rate=dilation)
    else:
        weight, added = tf.ones([*kernel, inside // groups, channels]), tf.ones([channels]) if bias else None
        return lambda x: grouped(padded(x, padding), channels, kernel, stride, groups, weight, added)
    return lambda x: made(padded(x, padding))


def conv2d_transpose(x, channels, kernel, stride, padding, output_padding, dilation, groups, bias):
    assert groups == 1, "Keras has no grouped one"
    # Keras has "same", which cuts the result to stride times the input, and "valid".
    made = K.Conv2DTranspose(channels, kernel, stride, "same" if any(padding) else "valid", use_bias=bias)
    return made


def inference(made):
    return lambda x: made(x, training=False)


def pool(layer):
    def make(_, kernel, stride, padding, count_include_pad=True, overhang=None):
        assert count_include_pad, "Keras has no other"
        made, border = layer(kernel, stride), -1e9 if layer is K.MaxPooling2D else 0.0
        return lambda x: made(padded(x, padding, value=border))

    return make


def resize(x, size, mode, align_corners):
    assert not align_corners, "Keras has no such layer"
    return K.UpSampling2D((size[0] // x.shape[1], size[1] // x.shape[2]), interpolation=mode)


LAYERS = {
    "conv2d": conv2d,
    "conv2d_transpose": conv2d_transpose,
    "linear": lambda _, features, bias: K.Dense(features, use_bias=bias),
    "batch_norm": lambda x, epsilon, momentum: inference(
        K.BatchNormalization(axis=-1 if len(x.shape) == 4 else 1, epsilon=epsilon)
    ),
    "layer_norm": lambda x, axis, through, epsilon: K.LayerNormalization(
        axis=sorted(last(each, x) for each in range(axis, through + 1)), epsilon=epsilon
    ),
    "group_norm": lambda _, groups, epsilon: K.GroupNormalization(groups, epsilon=epsilon),
    "instance_norm": lambda x, affine, epsilon: K.GroupNormalization(
        x.shape[-1], epsilon=epsilon, center=affine, scale=affine
    ),
    "prelu": lambda _, per_channel: K.PReLU(shared_axes=[1, 2] if per_channel else [1, 2, 3]),
    "identity": lambda _: K.Identity(),
    "dropout": lambda _, p: inference(K.Dropout(p)),
    "max_pool": pool(K.MaxPooling2D),
    "avg_pool": pool(K.AveragePooling2D),
    "global_avg_pool": lambda _: K.GlobalAveragePooling2D(keepdims=True),
    "flatten": lambda _, axis: K.Flatten(),
    "resize": resize,
    "constant": lambda _, shape, values: lambda: tf.constant(values, tf.float32, shape),
}


def layer(op, given, attributes):
    if op in FUNCTIONS:
        return lambda *values: FUNCTIONS[op](*values, **attributes)
    return LAYERS[op](given[0] if given else None, **attributes)


def count(_, spec):
    shape = [1, *spec["input"]] if len(spec["input"]) < 3 else [1, *spec["input"][1:], spec["input"][0]]
    layers = {}

    def made(i, op, given, attributes):
        layers[i] = layer(op, given, attributes)
        return layers[i](*given)

    values_of(spec["layers"], tf.ones(shape), made)

    def run(image):
        return values_of(spec["layers"], image, lambda i, op, given, _: layers[i](*given))[-1]

    concrete = tf.function(run).get_concrete_function(tf.TensorSpec(shape, tf.float32))
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
    return {"flops": profile.total_float_ops}


versions = {"tensorflow": tf.__version__, "keras": tf.keras.__version__}
keep("keras", versions, ask(count, {*LAYERS, *FUNCTIONS}))
