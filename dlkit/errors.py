"""Every error the course raises on purpose. Each message says what went wrong, with what, and what to try."""


class ShapeError(ValueError):
    """Array shapes or sizes that do not fit together. The message lists every shape by letter."""


class CheckFailed(AssertionError):
    """A student's answer did not pass its check, and ``DLKIT_STRICT=1`` asks for an error instead of a verdict."""


class GradientError(AssertionError):
    """An analytic gradient that finite differences contradict."""


class DataMissing(FileNotFoundError):
    """A data file that is absent, damaged or cannot be fetched. The message says how to place it by hand."""

    def __str__(self) -> str:
        """The whole message (``OSError`` would print only its first argument's errno form)."""
        return str(self.args[0]) if self.args else ""
