"""The NumPy half of the course: each operation as a forward and a backward function, one module a topic.

The contract: ``y, cache = op_forward(arrays, *, options)`` and ``gradients = op_backward(dy, cache)``, gradients in the order
of the arrays. No argument is changed; float32 in gives float32 out. Only NumPy is imported.
"""
