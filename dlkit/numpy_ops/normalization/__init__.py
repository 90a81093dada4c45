"""Normalisation of what flows through a network: over the batch, over features, over groups of channels, over neighbours."""

from dlkit.numpy_ops.normalization.batch import batch_norm_backward, batch_norm_forward, batch_norm_statistics
from dlkit.numpy_ops.normalization.group import group_norm_backward, group_norm_forward
from dlkit.numpy_ops.normalization.layer import layer_norm_backward, layer_norm_forward
from dlkit.numpy_ops.normalization.response import local_response_norm_backward, local_response_norm_forward

__all__ = [
    "batch_norm_backward", "batch_norm_forward", "batch_norm_statistics", "group_norm_backward", "group_norm_forward",
    "layer_norm_backward", "layer_norm_forward", "local_response_norm_backward", "local_response_norm_forward",
]  # fmt: skip
