"""What moves in lesson 14: an LSTM's cell with the gates set by hand, and one that reads a tape."""

from dlkit.widgets.lstm.hand import CellByHand
from dlkit.widgets.lstm.tape import MemoryTape

__all__ = ["CellByHand", "MemoryTape"]
