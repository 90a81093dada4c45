"""The PyTorch half of the course: the same names, arguments and defaults as ``numpy_ops``; autograd does the backward.

Nothing here imports ``numpy_ops``: the two halves are independent witnesses, and the tests compare them.
"""
