"""An interpreter of the exported networks in numpy: integer accumulators, float32 rescaling, round half to even.

It reads the ONNX file, not the trained network, and knows nothing of the C++ code: an oracle of its own for both the
quantisation and the simulator. Only the operators and attributes that export.py writes. Batches of any size.
"""

import numpy as np
from onnx import helper, numpy_helper

F32 = np.float32


def saturate(values):
    """Rounded float32 to int8."""
    return np.clip(np.rint(values), -128, 127).astype(np.int8)


def windows(x, kernel, pad, stride):
    """[N,C,H,W] -> [N,C,OH,OW,KH,KW], zero-padded."""
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    view = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(2, 3))
    return view[:, :, ::stride, ::stride]


def requantise(acc, x_scale, w_scale, y_scale):
    """acc: int32 with the output channel in axis 1."""
    multiplier = ((x_scale * w_scale) / y_scale).astype(F32).reshape(1, -1, *[1] * (acc.ndim - 2))
    return saturate(acc.astype(F32) * multiplier)


def convolve(x, w, attributes, dtype):
    patches = windows(x.astype(dtype), attributes["kernel_shape"][0], attributes["pads"][0], attributes["strides"][0])
    return np.einsum("ncyxij,mcij->nmyx", patches, w.astype(dtype))


def qlinear_conv(attributes, x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias):
    assert not x_zero.any() and not w_zero.any() and not y_zero.any(), "symmetric only"
    acc = convolve(x, w, attributes, np.int32) + bias.reshape(1, -1, 1, 1)
    return requantise(acc, x_scale, w_scale, y_scale)


def qlinear_matmul(_, a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero):
    assert not a_zero.any() and not b_zero.any() and not y_zero.any(), "symmetric only"
    return requantise(a.astype(np.int32) @ b.astype(np.int32), a_scale, b_scale, y_scale)


def qlinear_add(_, a, a_scale, a_zero, b, b_scale, b_zero, c_scale, c_zero):
    assert not a_zero.any() and not b_zero.any() and not c_zero.any(), "symmetric only"
    return saturate((a.astype(F32) * a_scale + b.astype(F32) * b_scale) / c_scale)


def gemm(attributes, a, b, c=None):
    product = a @ (b.T if attributes.get("transB") else b)
    return product if c is None else product + c


def softmax(attributes, x):
    e = np.exp(x - x.max(axis=attributes["axis"], keepdims=True))
    return e / e.sum(axis=attributes["axis"], keepdims=True)


OPERATORS = {
    "QuantizeLinear": lambda _, x, scale, zero: saturate(x / scale),
    "DequantizeLinear": lambda _, x, scale, zero: x.astype(F32) * scale,
    "QLinearConv": qlinear_conv,
    "QLinearMatMul": qlinear_matmul,
    "QLinearAdd": qlinear_add,
    "Relu": lambda _, x: np.maximum(x, x.dtype.type(0)),
    "MaxPool": lambda a, x: windows(x, a["kernel_shape"][0], 0, a["strides"][0]).max(axis=(4, 5)),
    "Flatten": lambda a, x: x.reshape(len(x), -1),
    "Softmax": softmax,
    "ArgMax": lambda a, x: x.argmax(axis=a["axis"]),
    "Conv": lambda a, x, w, bias: convolve(x, w, a, F32) + bias.reshape(1, -1, 1, 1),
    "Gemm": gemm,
    "Add": lambda _, a, b: a + b,
}


def run(model, image):
    """{tensor name: value} of every tensor of the network, for a batch of images."""
    tensors = {init.name: numpy_helper.to_array(init) for init in model.graph.initializer}
    tensors["image"] = image
    for node in model.graph.node:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        tensors[node.output[0]] = OPERATORS[node.op_type](attributes, *[tensors[i] for i in node.input])
    return tensors
