"""What moves: live pictures that answer the keyboard and the mouse, one module a lesson.

Their arithmetic runs in the browser, so a step takes milliseconds and needs no kernel. Import the picture you need:
``from dlkit.widgets.convolution import SlidingWindow``.
"""
