"""Exercises of lesson 14, in the order of the lesson."""

from dlkit.exercises.lstm.bias import initial_forget_bias
from dlkit.exercises.lstm.gru import gru_step
from dlkit.exercises.lstm.sequence import lstm
from dlkit.exercises.lstm.step import lstm_step
from dlkit.exercises.lstm.step_backward import lstm_step_backward
from dlkit.exercises.lstm.through_time import lstm_backward

__all__ = ["lstm_step", "lstm", "lstm_step_backward", "lstm_backward", "initial_forget_bias", "gru_step"]
