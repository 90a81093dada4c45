"""Networks that remember: one step of a recurrent network, and a whole sequence of steps."""

from dlkit.numpy_ops.recurrent_networks.rnn import rnn_backward, rnn_cell_backward, rnn_cell_forward, rnn_forward

__all__ = ["rnn_backward", "rnn_cell_backward", "rnn_cell_forward", "rnn_forward"]
