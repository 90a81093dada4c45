"""Faults in networks with gates."""

from faults import Fault

_GATES = "dlkit.numpy_ops.lstm.gates"

FAULTS = [
    Fault("lstm_cell", "gates in another order", "i, f = squash", "f, i = squash"),
    Fault("lstm_cell", "forgets what it should keep", "new = f * c + i * g", "new = (1 - f) * c + i * g"),
    Fault("lstm_cell", "c reaches the loss only later", "dc = dc + dh * o * (1 - shown * shown)", "dc = dc + 0 * dh"),
    Fault("lstm_cell", "c reaches the loss only now", "dc = dc + dh * o", "dc = dh * o"),
    Fault("lstm_cell", "slope of a gate forgotten", "dc * c * f * (1 - f)", "dc * c"),
    Fault("lstm_cell", "new c for old", "new = f * c + i * g ", "new = c = f * c + i * g "),
    Fault("lstm", "nothing passes along c", "(0, dc * f)", "(0, 0 * dc)"),
    Fault("lstm", "c passes without its gate", "(0, dc * f)", "(0, dc)"),
    Fault("lstm", "σ of z, not of z / 2", "z *= 0.5\n    np.tanh", "np.tanh", file=_GATES),
    Fault(
        "lstm_cell",
        "overflow",
        "z *= 0.5\n    np.tanh(z, out=z)\n    z += 1\n    z *= 0.5",
        "z[:] = 1 / (1 + np.exp(-z))",
        file=_GATES,
    ),
    Fault("gru_cell", "reset gate without effect", "+ r * recalled", "+ recalled"),
    Fault("gru_cell", "z weighs the candidate", "n + z * (h - n)", "h + z * (n - h)"),
    Fault("gru_cell", "what is kept has no gradient", "dh + kept", "dh"),
    Fault("gru_cell", "candidate's reset forgotten", "[*gates, dn * r]", "[*gates, dn]"),
    Fault("gru", "one gradient for both products", ", adds=False)", ")"),
    Fault("gru", "what is kept has no gradient", "(dh * z,)", "(0,)"),
    Fault("gru", "slope of the reset gate", "r * (1 - r)", "(1 - r)"),
]
