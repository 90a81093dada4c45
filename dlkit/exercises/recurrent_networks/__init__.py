"""Exercises of lesson 13, in the order of the lesson."""

from dlkit.exercises.recurrent_networks.clipping import clip_by_norm
from dlkit.exercises.recurrent_networks.drawing import sample
from dlkit.exercises.recurrent_networks.letters import sequence_cross_entropy
from dlkit.exercises.recurrent_networks.sequences import rnn
from dlkit.exercises.recurrent_networks.steps import rnn_step, rnn_step_backward
from dlkit.exercises.recurrent_networks.through_time import rnn_backward

__all__ = [
    "rnn_step",
    "rnn",
    "rnn_step_backward",
    "rnn_backward",
    "clip_by_norm",
    "sequence_cross_entropy",
    "sample",
]
