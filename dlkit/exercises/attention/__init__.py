"""Exercises of lesson 15, in the order of the lesson."""

from dlkit.exercises.attention.additive import additive_attention, additive_scores_backward
from dlkit.exercises.attention.beam import beam_search
from dlkit.exercises.attention.decoding import greedy_decode
from dlkit.exercises.attention.dot import dot_product_attention
from dlkit.exercises.attention.gradients import dot_product_attention_backward
from dlkit.exercises.attention.masks import causal_mask, padding_mask

__all__ = [
    "dot_product_attention",
    "padding_mask",
    "causal_mask",
    "dot_product_attention_backward",
    "additive_attention",
    "additive_scores_backward",
    "greedy_decode",
    "beam_search",
]
