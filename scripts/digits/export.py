"""Writes the trained network as ONNX: in float, and quantised with QLinear operators.

Quantisation: symmetric (all zero points 0), int8. Activations: one scale per tensor, its largest magnitude over the
training set / 127; a convolution before a Relu takes the Relu's scale, for what is negative becomes 0 anyway.
Weights: one scale per output channel. Biases: int32 in units of x_scale * w_scale[n].
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSETS = [helper.make_opsetid("", 14), helper.make_opsetid("com.microsoft", 1)]
F32 = np.float32


class Builder:
    def __init__(self, name):
        self.name, self.nodes, self.initializers = name, [], []

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op, name, inputs, output=None, **attributes):
        output = output or name
        self.nodes.append(helper.make_node(op, inputs, [output], name=name, **attributes))
        return output

    def model(self, inputs, outputs, doc):
        graph = helper.make_graph(self.nodes, self.name, inputs, outputs, self.initializers, doc_string=doc)
        model = helper.make_model(graph, opset_imports=OPSETS, producer_name="systole", ir_version=7)
        onnx.checker.check_model(model)
        return model


def signature():
    value = helper.make_tensor_value_info
    return ([value("image", TensorProto.FLOAT, [1, 1, 8, 8])],
            [value("probabilities", TensorProto.FLOAT, [1, 10]), value("class", TensorProto.INT64, [1])])


def weights_of(module):
    """(weights, bias or None) of a layer, as numpy arrays."""
    bias = None if module.bias is None else module.bias.detach().numpy()
    return module.weight.detach().numpy(), bias


def window(kernel, pad):
    return {"kernel_shape": [kernel, kernel], "pads": [pad] * 4, "strides": [1, 1]}


POOL = {"kernel_shape": [2, 2], "strides": [2, 2]}


def float_model(network):
    b = Builder("digits-float")

    def conv(name, source):
        weights, bias = weights_of(getattr(network, name))
        inputs = [source, b.constant(f"{name}_weights", weights), b.constant(f"{name}_bias", bias)]
        return b.node("Conv", name, inputs, **window(3, 1))

    relu1 = b.node("Relu", "relu1", [conv("conv1", "image")])
    relu2 = b.node("Relu", "relu2", [conv("conv2", relu1)])
    pool1 = b.node("MaxPool", "pool1", [relu2], **POOL)
    relu3 = b.node("Relu", "relu3", [conv("conv3", pool1)])
    skip = b.node("Add", "add", [conv("conv4", relu3), pool1])
    pool2 = b.node("MaxPool", "pool2", [b.node("Relu", "relu4", [skip])], **POOL)
    flat = b.node("Flatten", "flatten", [pool2], axis=1)
    # fc1's 2x2 kernel covers its whole input, so that as a matrix it is its weights in (channel, y, x) order.
    weights, bias = weights_of(network.fc1)
    inputs = [flat, b.constant("fc1_weights", weights.reshape(64, 128)), b.constant("fc1_bias", bias)]
    relu5 = b.node("Relu", "relu5", [b.node("Gemm", "fc1", inputs, transB=1)])
    logits = b.node("Gemm", "fc2", [relu5, b.constant("fc2_weights", weights_of(network.fc2)[0])], transB=1)
    b.node("Softmax", "softmax", [logits], "probabilities", axis=1)
    b.node("ArgMax", "argmax", [logits], "class", axis=1, keepdims=0)
    return b.model(*signature(), "Handwritten 8x8 digits, float32")


def quantised_weights(weights):
    """int8 weights and one float32 scale per output channel (axis 0)."""
    scale = (np.abs(weights).reshape(len(weights), -1).max(axis=1) / 127.0).astype(F32)
    spread = scale.reshape(-1, *[1] * (weights.ndim - 1))
    return np.clip(np.rint(weights / spread), -127, 127).astype(np.int8), scale


def int8_model(network, magnitudes):
    b = Builder("digits")
    b.constant("zero", np.int8(0))
    scales = {name: F32(magnitude / 127.0) for name, magnitude in magnitudes.items()}
    for name, scale in scales.items():
        b.constant(f"{name}_scale", scale)

    def weights(name, values):
        quantised, scale = quantised_weights(values)
        # QLinearMatMul wants K x N; its scales go along N.
        stored = quantised.T if quantised.ndim == 2 else quantised
        return scale, [b.constant(f"{name}_weights", stored), b.constant(f"{name}_weights_scale", scale),
                       b.constant(f"{name}_weights_zero", np.zeros(len(scale), np.int8))]

    def conv(name, source, source_scale, out_scale, **attributes):
        values, bias = weights_of(getattr(network, name))
        w_scale, w_inputs = weights(name, values)
        unit = (scales[source_scale] * w_scale).astype(np.float64)
        bias = b.constant(f"{name}_bias", np.rint(bias / unit).astype(np.int32))
        inputs = [source, f"{source_scale}_scale", "zero", *w_inputs, f"{out_scale}_scale", "zero", bias]
        return b.node("QLinearConv", name, inputs, **attributes)

    image = b.node("QuantizeLinear", "quantize", ["image", "image_scale", "zero"], "image_int8")
    relu1 = b.node("Relu", "relu1", [conv("conv1", image, "image", "relu1", **window(3, 1))])
    relu2 = b.node("Relu", "relu2", [conv("conv2", relu1, "relu1", "relu2", **window(3, 1))])
    pool1 = b.node("MaxPool", "pool1", [relu2], **POOL)
    relu3 = b.node("Relu", "relu3", [conv("conv3", pool1, "relu2", "relu3", **window(3, 1))])
    conv4 = conv("conv4", relu3, "relu3", "conv4", **window(3, 1))
    operands = [conv4, "conv4_scale", "zero", pool1, "relu2_scale", "zero", "relu4_scale", "zero"]
    skip = b.node("QLinearAdd", "add", operands, domain="com.microsoft")
    pool2 = b.node("MaxPool", "pool2", [b.node("Relu", "relu4", [skip])], **POOL)
    relu5 = b.node("Relu", "relu5", [conv("fc1", pool2, "relu4", "relu5", **window(2, 0))])
    flat = b.node("Flatten", "flatten", [relu5], axis=1)
    _, w_inputs = weights("fc2", weights_of(network.fc2)[0])
    inputs = [flat, "relu5_scale", "zero", *w_inputs, "logits_scale", "zero"]
    fc2 = b.node("QLinearMatMul", "fc2", inputs)
    logits = b.node("DequantizeLinear", "dequantize", [fc2, "logits_scale", "zero"], "logits")
    b.node("Softmax", "softmax", [logits], "probabilities", axis=1)
    b.node("ArgMax", "argmax", [logits], "class", axis=1, keepdims=0)
    return b.model(*signature(), "Handwritten 8x8 digits, int8")
