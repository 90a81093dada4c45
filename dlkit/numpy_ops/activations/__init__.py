"""Activations, forward and backward: what bends a layer of neurons, and the softmax that turns scores into probabilities."""

from dlkit.numpy_ops.activations.gated import gelu_backward, gelu_forward, silu_backward, silu_forward
from dlkit.numpy_ops.activations.rectifiers import (
    elu_backward,
    elu_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    maxout_backward,
    maxout_forward,
    relu_backward,
    relu_forward,
)
from dlkit.numpy_ops.activations.sigmoids import (
    logistic,
    sigmoid_backward,
    sigmoid_forward,
    softplus_backward,
    softplus_forward,
    tanh_backward,
    tanh_forward,
)
from dlkit.numpy_ops.activations.softmax import log_softmax_backward, log_softmax_forward, softmax_backward, softmax_forward

__all__ = [
    "elu_backward", "elu_forward", "gelu_backward", "gelu_forward", "leaky_relu_backward", "leaky_relu_forward",
    "log_softmax_backward", "log_softmax_forward", "logistic", "maxout_backward", "maxout_forward", "relu_backward",
    "relu_forward", "sigmoid_backward", "sigmoid_forward", "silu_backward", "silu_forward", "softmax_backward",
    "softmax_forward", "softplus_backward", "softplus_forward", "tanh_backward", "tanh_forward",
]  # fmt: skip
