"""Exercises of lesson 02, in the order of the lesson."""

from dlkit.exercises.backpropagation.layers import linear_backward, softmax_cross_entropy_backward
from dlkit.exercises.backpropagation.network import loss_and_gradients
from dlkit.exercises.backpropagation.slopes import gradient_step, numeric_gradient, relu_backward, sigmoid_backward
from dlkit.exercises.backpropagation.training import train

__all__ = [
    "numeric_gradient",
    "gradient_step",
    "sigmoid_backward",
    "relu_backward",
    "linear_backward",
    "softmax_cross_entropy_backward",
    "loss_and_gradients",
    "train",
]
