"""Attention, forward and backward: every query looks at all keys and takes a weighted mean of their values."""

from dlkit.numpy_ops.attention.additive import additive_attention_backward, additive_attention_forward
from dlkit.numpy_ops.attention.dot_product import (
    attention_weights,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
)

__all__ = [
    "additive_attention_backward",
    "additive_attention_forward",
    "attention_weights",
    "scaled_dot_product_attention_backward",
    "scaled_dot_product_attention_forward",
]
