"""Exercises of lesson 17, in the order of the lesson."""

from dlkit.exercises.autoencoders.anomalies import anomaly_score
from dlkit.exercises.autoencoders.contraction import contractive_penalty
from dlkit.exercises.autoencoders.losses import reconstruction_losses
from dlkit.exercises.autoencoders.network import autoencoder_gradients
from dlkit.exercises.autoencoders.noise import add_noise
from dlkit.exercises.autoencoders.ranking import roc_area
from dlkit.exercises.autoencoders.sparsity import sparsity_penalty

__all__ = [
    "reconstruction_losses",
    "autoencoder_gradients",
    "add_noise",
    "sparsity_penalty",
    "contractive_penalty",
    "anomaly_score",
    "roc_area",
]
