"""Activations in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def relu_forward(x: torch.Tensor):
    """Let positive numbers pass and turn the others into zero, with ``torch.nn.functional.relu``.

    Parameters
    ----------
    x : torch.Tensor, any shape

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.relu.
    """
    return autograd.forward(functional.relu, x)


def leaky_relu_forward(x: torch.Tensor, *, negative_slope: float = 0.01):
    """Let positive numbers pass and shrink the others, with ``torch.nn.functional.leaky_relu``.

    Parameters
    ----------
    x : torch.Tensor, any shape
    negative_slope
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.leaky_relu.
    """
    return autograd.forward(functional.leaky_relu, x, negative_slope=negative_slope)


def elu_forward(x: torch.Tensor, *, alpha: float = 1.0):
    """Let positive numbers pass and bend the others smoothly towards −alpha, with ``torch.nn.functional.elu``.

    Parameters
    ----------
    x : torch.Tensor, any shape
    alpha
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.elu.
    """
    return autograd.forward(functional.elu, x, alpha=alpha)


def maxout_forward(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None):
    """Give every neuron K linear pieces and let the largest speak, piece by piece with ``torch.nn.functional.linear``.

    Parameters
    ----------
    x : torch.Tensor, shape (..., D_in)
    w : torch.Tensor, shape (K, D_out, D_in)
    b : torch.Tensor, shape (K, D_out), optional

    Returns
    -------
    y : torch.Tensor, shape (..., D_out)
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.linear; torch.max.
    """

    def maxout(x, w, b):
        pieces = [functional.linear(x, w[k], None if b is None else b[k]) for k in range(len(w))]  # K of (..., D_out)
        return torch.stack(pieces).max(dim=0).values

    return autograd.forward(maxout, x, w, b)


def sigmoid_forward(x: torch.Tensor):
    """Squeeze every number into the range from 0 to 1, with ``torch.sigmoid``.

    Parameters
    ----------
    x : torch.Tensor, any shape

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.sigmoid.
    """
    return autograd.forward(torch.sigmoid, x)


def tanh_forward(x: torch.Tensor):
    """Squeeze every number into the range from −1 to 1, with ``torch.tanh``.

    Parameters
    ----------
    x : torch.Tensor, any shape

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.tanh.
    """
    return autograd.forward(torch.tanh, x)


def softplus_forward(x: torch.Tensor, *, beta: float = 1.0, threshold: float = 20.0):
    """Round the corner of a ReLU off, with ``torch.nn.functional.softplus``.

    Parameters
    ----------
    x : torch.Tensor, any shape
    beta, threshold
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.softplus.
    """
    return autograd.forward(functional.softplus, x, beta=beta, threshold=threshold)


def gelu_forward(x: torch.Tensor, *, approximate: str = "none"):
    """Weigh every number by its chance of being larger than a normally distributed one, with ``torch.nn.functional.gelu``.

    Parameters
    ----------
    x : torch.Tensor, any shape
    approximate
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.gelu.
    """
    return autograd.forward(functional.gelu, x, approximate=approximate)


def silu_forward(x: torch.Tensor):
    """Weigh every number by its own sigmoid, with ``torch.nn.functional.silu``.

    Parameters
    ----------
    x : torch.Tensor, any shape

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.silu.
    """
    return autograd.forward(functional.silu, x)


def softmax_forward(x: torch.Tensor, *, dim: int = -1):
    """Turn scores into probabilities along an axis, with ``torch.nn.functional.softmax``.

    Parameters
    ----------
    x : torch.Tensor, any shape
    dim
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.softmax.
    """
    return autograd.forward(functional.softmax, x, dim=dim)


def log_softmax_forward(x: torch.Tensor, *, dim: int = -1):
    """Turn scores into the logarithms of probabilities along an axis, with ``torch.nn.functional.log_softmax``.

    Parameters
    ----------
    x : torch.Tensor, any shape
    dim
        As ``numpy_ops`` has it.

    Returns
    -------
    y : torch.Tensor, shape of ``x``
    cache : tuple

    Lesson: 01_neurons
    Source: torch.nn.functional.log_softmax.
    """
    return autograd.forward(functional.log_softmax, x, dim=dim)


elu_backward = gelu_backward = leaky_relu_backward = maxout_backward = relu_backward = autograd.backward
sigmoid_backward = silu_backward = softplus_backward = tanh_backward = autograd.backward
softmax_backward = log_softmax_backward = autograd.backward
