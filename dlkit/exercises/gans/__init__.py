"""Exercises of lesson 19, in the order of the lesson."""

from dlkit.exercises.gans.densities import optimal_discriminator
from dlkit.exercises.gans.detective import discriminator_loss, discriminator_loss_backward
from dlkit.exercises.gans.forger import generator_loss, generator_loss_backward
from dlkit.exercises.gans.modes import mode_coverage
from dlkit.exercises.gans.training import train_step

__all__ = [
    "optimal_discriminator",
    "discriminator_loss",
    "discriminator_loss_backward",
    "generator_loss",
    "generator_loss_backward",
    "train_step",
    "mode_coverage",
]
