"""dlkit: every operation of the course in NumPy, forward and backward, with its PyTorch twin.

Import the module you need: ``from dlkit.numpy_ops.convolution import conv2d_forward``. Importing ``dlkit`` alone loads
nothing, so the NumPy half runs where PyTorch is not installed.
"""
