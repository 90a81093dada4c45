"""Exercises of lesson 14, in the order of the lesson."""

from dlkit.exercises.lstm.backward import lstm_backward, lstm_step_backward
from dlkit.exercises.lstm.others import gru_step, initial_forget_bias
from dlkit.exercises.lstm.sequence import lstm
from dlkit.exercises.lstm.step import lstm_step

__all__ = ["lstm_step", "lstm", "lstm_step_backward", "lstm_backward", "initial_forget_bias", "gru_step"]
