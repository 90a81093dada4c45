"""Faults in recurrent networks."""

from faults import Fault

_UNROLLING = "dlkit.numpy_ops.recurrent_networks.unrolling"

FAULTS = [
    Fault("rnn_cell", "slope of tanh at the sum", "(1 - h * h)", "(1 - h)"),
    Fault(
        "rnn_cell",
        "one gradient for both offsets and none for b_hh",
        "db_ih, db_hh\n\n\ndef rnn_forward",
        "db_ih, None\n\n\ndef rnn_forward",
    ),
    Fault("rnn_cell", "relu takes a slope at 0", "(h > 0)", "(h >= 0)"),
    Fault("rnn", "nonlinearity ignored", 'cell_of("rnn_forward", nonlinearity)', 'cell_of("rnn_forward", "tanh")'),
    Fault("rnn", "what is remembered forgotten", "(dstate[0] + dy[t], ", "(dy[t], ", file=_UNROLLING),
    Fault("rnn", "what is shown forgotten", "(dstate[0] + dy[t], ", "(dstate[0], ", file=_UNROLLING),
    Fault("rnn", "state after the step for w_hh", "_rows(h[:-1])", "_rows(h[1:])", file=_UNROLLING),
    Fault("rnn", "w_hh transposed on the way back", "dzh[t] @ w_hh ", "dzh[t] @ w_hh[-h.shape[2] :].T ", file=_UNROLLING),
    Fault("rnn", "the second direction overwrites dx", "dx = dx + own[turn]", "dx = own[turn]", file=_UNROLLING),
    Fault("rnn", "dx of the second direction not turned", "dx + own[turn]", "dx + own", file=_UNROLLING),
    Fault(
        "rnn",
        "directions shown the wrong way round",
        "shown[turn, :, columns] = h",
        "shown[:, :, columns] = h",
        file=_UNROLLING,
    ),
    Fault(
        "rnn", "state runs on after the end", "new if alive is None else _choose(alive[t], new, state)", "new", file=_UNROLLING
    ),
    Fault("rnn", "gradient lost after the end", "_choose(alive[t], before, later)", "before", file=_UNROLLING),
    Fault("rnn", "steps after the end count", "_choose(alive[t], later, (0,) * len(later))", "later", file=_UNROLLING),
    Fault("rnn", "result after the end kept", "y[~mask] = 0", "pass", file=_UNROLLING),
    Fault("rnn", "upstream after the end kept", "np.where(alive, dy.swapaxes(0, 1), 0)", "dy.swapaxes(0, 1)", file=_UNROLLING),
    Fault("rnn", "b_hh forgotten", "zh += b_hh", "pass", file=_UNROLLING),
    Fault(
        "rnn",
        "every layer starts from the first state",
        "else part[run] for part in start",
        "else part[0] for part in start",
        file=_UNROLLING,
    ),
    Fault("rnn_loops", "the last sequence's share only", "dweights[k] += share", "dweights[k][:] = share"),
    Fault(
        "rnn_loops",
        "sequences start from the one before",
        "h = np.zeros((1, width), x.dtype) if h0 is None else",
        "h = h_n[run, n - 1 : n or None] if h0 is None else",
    ),
    Fault(
        "rnn_loops",
        "not from its own end",
        "_order(length, direction):\n                here",
        "_order(length, 0):\n                here",
    ),
]
