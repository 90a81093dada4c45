"""Faults in words as vectors."""

from faults import Fault

_ADD = "np.add.at(dw, places.ravel(), dys[some].ravel())"

FAULTS = [
    Fault("embedding", "one gradient of each word kept", _ADD, "dw[places.ravel()] += dys[some].ravel()"),
    Fault("embedding", "last words left out", "range(0, len(starts), step)", "range(0, len(starts) - step, step)"),
    Fault("embedding", "the padding learns", "dw[padding] = 0", "pass"),
    Fault("embedding", "padding counted from the wrong end", "padding_idx %= len(w)", "padding_idx = abs(padding_idx)"),
    Fault("embedding", "padding in row 0 taken for none", "if padding is not None", "if padding"),
    Fault("embedding_loops", "overwritten", "dw[rows[place]] += dy", "dw[rows[place]] = dy"),
    Fault("negative_sampling_loss", "negatives averaged", "repel.sum(axis=1)", "repel.mean(axis=1)"),
    Fault("negative_sampling_loss", "negatives attract", "logistic_loss(-(negatives", "logistic_loss((negatives"),
    Fault("negative_sampling_loss", "the center is not pushed", " + (push[:, None] @ negatives)[:, 0]", ""),
    Fault("negative_sampling_loss", "pull of the wrong sign", "dy * np.expm1(-attract)", "-dy * np.expm1(-attract)"),
    Fault("negative_sampling_loss", "overflow", "np.maximum(-score, 0) + np.log1p(np.exp(-np.abs(score)))",
          "np.log1p(np.exp(-score))", file="dlkit.numpy_ops.activations.sigmoids"),
    Fault("negative_sampling_loss", "sum averaged", 'if reduction == "sum":\n        return total', "",
          file="dlkit.numpy_ops.reduction"),
]  # fmt: skip
