"""Exercises of lesson 06, in the order of the lesson."""

from dlkit.exercises.pooling.averages import adaptive_avg_pool2d, avg_pool2d, global_avg_pool
from dlkit.exercises.pooling.field import receptive_field
from dlkit.exercises.pooling.gradients import avg_pool2d_backward, max_pool2d_backward
from dlkit.exercises.pooling.maximum import max_pool2d

__all__ = [
    "max_pool2d",
    "avg_pool2d",
    "max_pool2d_backward",
    "avg_pool2d_backward",
    "global_avg_pool",
    "adaptive_avg_pool2d",
    "receptive_field",
]
