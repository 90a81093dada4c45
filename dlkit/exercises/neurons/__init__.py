"""Exercises of lesson 01: neurons, layers, activations, probabilities, and what a stack of layers can do."""

from dlkit.exercises.neurons.activations import leaky_relu_and_elu, maxout
from dlkit.exercises.neurons.layers import count_parameters, linear, neuron
from dlkit.exercises.neurons.probabilities import cross_entropy, softmax
from dlkit.exercises.neurons.stacks import collapse, xor_weights

__all__ = [
    "neuron",
    "linear",
    "count_parameters",
    "leaky_relu_and_elu",
    "maxout",
    "collapse",
    "xor_weights",
    "softmax",
    "cross_entropy",
]
