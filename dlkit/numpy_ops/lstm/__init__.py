"""Networks with gates: long short-term memory and the gated recurrent unit, one step and whole sequences."""

from dlkit.numpy_ops.lstm.gru import gru_backward, gru_cell_backward, gru_cell_forward, gru_forward
from dlkit.numpy_ops.lstm.lstm import lstm_backward, lstm_cell_backward, lstm_cell_forward, lstm_forward

__all__ = [
    "gru_backward", "gru_cell_backward", "gru_cell_forward", "gru_forward",
    "lstm_backward", "lstm_cell_backward", "lstm_cell_forward", "lstm_forward",
]  # fmt: skip
