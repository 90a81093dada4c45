"""Layers that keep a network's numbers in bounds, and dropout."""

import numpy as np

from dlkit.layers.layer import Layer
from dlkit.numpy_ops import normalization as ops
from dlkit.numpy_ops.dropout import dropout_backward, dropout_forward


def _affine(size: int, dtype) -> dict[str, np.ndarray]:
    """A scale of one and an offset of zero for each of ``size`` channels or features."""
    return {"weight": np.ones(size, dtype), "bias": np.zeros(size, dtype)}


class BatchNorm(Layer):
    """Every channel brought to mean 0 and variance 1 over the batch, of signals and images alike.

    Parameters
    ----------
    channels : int
    momentum : float
        How far the running statistics move towards each batch's, while training.
    eps : float
    dtype : np.dtype

    Lesson: 04_training
    """

    pair = ops.batch_norm_forward, ops.batch_norm_backward
    arguments = "x", "running_mean", "running_var", "weight", "bias"

    def __init__(self, channels: int, *, momentum=0.1, eps=1e-5, dtype=np.float32):
        state = {"running_mean": np.zeros(channels, dtype), "running_var": np.ones(channels, dtype)}
        super().__init__(parameters=_affine(channels, dtype), state=state, eps=eps)
        self.momentum = momentum

    def forward(self, x):
        """Normalise; while training, move the running statistics too."""
        y = super().forward(x)
        if self.training:
            self.keep(*ops.batch_norm_statistics(x, *self.state.values(), momentum=self.momentum))
        return y


class LayerNorm(Layer):
    """The features of every example brought to mean 0 and variance 1.

    Parameters
    ----------
    size : int
        Features, the last axis.
    eps : float
    dtype : np.dtype

    Lesson: 04_training
    """

    pair = ops.layer_norm_forward, ops.layer_norm_backward

    def __init__(self, size: int, *, eps=1e-5, dtype=np.float32):
        super().__init__(parameters=_affine(size, dtype), eps=eps)


class GroupNorm(Layer):
    """The channels of every example brought to mean 0 and variance 1, group by group.

    Parameters
    ----------
    num_groups, channels : int
    eps : float
    dtype : np.dtype

    Lesson: 04_training
    """

    pair = ops.group_norm_forward, ops.group_norm_backward

    def __init__(self, num_groups: int, channels: int, *, eps=1e-5, dtype=np.float32):
        super().__init__(parameters=_affine(channels, dtype), num_groups=num_groups, eps=eps)


class LocalResponseNorm(Layer):
    """Every number divided by what its neighbours in the channels amount to: ``size``, ``alpha``, ``beta``, ``k``."""

    pair = ops.local_response_norm_forward, ops.local_response_norm_backward


class Dropout(Layer):
    """A share ``p`` of the numbers set to 0 while training, drawn by ``rng``: ``Dropout(0.5, rng=rng)``."""

    pair = dropout_forward, dropout_backward
