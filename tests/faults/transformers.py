"""Faults in what a transformer is made of."""

from faults import Fault

HEADS = "multi_head_attention"
FAULTS = [
    Fault(
        HEADS,
        "heads cut out of time",
        "x.reshape(n, length, num_heads, e // num_heads).swapaxes(1, 2)",
        "x.reshape(n, num_heads, length, e // num_heads)",
    ),
    Fault(HEADS, "heads joined out of order", "x.swapaxes(1, 2).reshape(n, length", "x.reshape(n, length"),
    Fault(HEADS, "keys and values mixed up", "zip((q, k, v), np.split", "zip((q, v, k), np.split"),
    Fault(HEADS, "padding ignored beside booleans", "else keys & mask", "else mask"),
    Fault(HEADS, "padding ignored beside numbers", "np.where(keys, mask, -np.inf)", "mask"),
    Fault(HEADS, "padding upside down", "keys = key_padding_mask", "keys = ~key_padding_mask"),
    Fault(HEADS, "gradient of one bias for all three", "np.concatenate(dbs)", "np.tile(dbs[0], 3)"),
    Fault(HEADS, "gradient of the mask averaged", "dmask.sum(axis=tuple", "dmask.mean(axis=tuple"),
    Fault(HEADS, "gradients in another order", "return dq, dk, dv, np.concatenate", "return dk, dq, dv, np.concatenate"),
    Fault("rotary", "gradient turned on instead of back", "turns.conj()", "turns"),
    Fault("rotary", "turned the other way", "np.exp(1j * angles)", "np.exp(-1j * angles)"),
    Fault("rotary", "waves half as many", "np.arange(0, d, 2) / d)", "np.arange(0, d, 2) / (2 * d))"),
    Fault("rotary", "positions ignored", "if positions is None else positions, sizes", "if True else positions, sizes"),
    Fault("rotary_loops", "turned the other way", "_rotation(angle, x.dtype).T", "_rotation(angle, x.dtype)"),
]
