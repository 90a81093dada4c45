"""Faults in the losses of a generator and its discriminator."""

from faults import Fault

FAULTS = [
    Fault("discriminator_loss", "labels swapped", "logistic_loss(real), logistic_loss(-fake)",
          "logistic_loss(-real), logistic_loss(fake)"),
    Fault("discriminator_loss", "averaged over both kinds", "reduce(missed + fooled", "reduce((missed + fooled) / 2"),
    Fault("discriminator_loss", "forgeries pushed up", "-dy * np.expm1(-fooled)", "dy * np.expm1(-fooled)"),
    Fault("discriminator_loss", "overflow", "np.log1p(np.exp(-np.abs(score)))", "np.log1p(np.exp(score))",
          file="dlkit.numpy_ops.activations.sigmoids"),
    Fault("generator_loss", "form ignored", '1 if form == "non_saturating" else -1', "1"),
    Fault("generator_loss", "forms swapped", '1 if form == "non_saturating" else -1', '-1 if form == "non_saturating" else 1'),
    Fault("generator_loss", "minimax of the wrong sign", "losses = sign * logistic_loss", "losses = logistic_loss"),
    Fault("generator_loss", "probability for its complement", "dy * np.expm1(-sign * losses)", "-dy * np.exp(-sign * losses)"),
]  # fmt: skip
