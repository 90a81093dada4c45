"""Activations as layers: operations without parameters; options come by position or by name, ``LeakyReLU(0.1)``."""

from dlkit.layers.layer import Layer
from dlkit.numpy_ops import activations as ops


class ReLU(Layer):
    """What is negative becomes 0."""

    pair = ops.relu_forward, ops.relu_backward


class LeakyReLU(Layer):
    """What is negative is made small: ``negative_slope``."""

    pair = ops.leaky_relu_forward, ops.leaky_relu_backward


class ELU(Layer):
    """What is negative bends towards −``alpha``."""

    pair = ops.elu_forward, ops.elu_backward


class GELU(Layer):
    """Every number times its chance of being larger than a normal one: ``approximate``."""

    pair = ops.gelu_forward, ops.gelu_backward


class SiLU(Layer):
    """Every number times its own sigmoid."""

    pair = ops.silu_forward, ops.silu_backward


class Softplus(Layer):
    """A ReLU with a rounded corner: ``beta``, ``threshold``."""

    pair = ops.softplus_forward, ops.softplus_backward


class Sigmoid(Layer):
    """Every number squeezed into 0 to 1."""

    pair = ops.sigmoid_forward, ops.sigmoid_backward


class Tanh(Layer):
    """Every number squeezed into −1 to 1."""

    pair = ops.tanh_forward, ops.tanh_backward


class Softmax(Layer):
    """Scores into probabilities along the axis ``dim``."""

    pair = ops.softmax_forward, ops.softmax_backward


class LogSoftmax(Layer):
    """Scores into the logarithms of probabilities along the axis ``dim``."""

    pair = ops.log_softmax_forward, ops.log_softmax_backward
