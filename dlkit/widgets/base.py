"""The class under every live picture: a JavaScript module, a style sheet, and a still that needs neither."""

from pathlib import Path

import anywidget

_STATIC = Path(__file__).parent / "static"


def javascript(*stems: str) -> str:
    """Join the drawing toolkit and the modules named into the text of one ES module.

    A widget's code reaches the browser as text, where a relative import has nothing to be relative to.

    Parameters
    ----------
    *stems : str
        Names of files in ``static``, without ``.js``; the last one exports ``render``.

    Returns
    -------
    str
    """
    return "\n".join((_STATIC / f"{stem}.js").read_text(encoding="utf-8") for stem in ("toolkit", *stems))


class LivePicture(anywidget.AnyWidget):
    """A widget that is also a still picture and a sentence, wherever no script runs.

    A subclass gives ``_esm`` with :func:`javascript`, and the two stills: :meth:`sentence` and :meth:`still`. Both are
    made from the state alone, so that a notebook stored twice is the same to the byte.
    """

    _css = (_STATIC / "toolkit.css").read_text(encoding="utf-8")

    def sentence(self) -> str:
        """Say in words what the picture shows.

        Returns
        -------
        str
            One or two plain sentences; the live picture's text line ends with the same words.
        """
        raise NotImplementedError

    def still(self) -> str:
        """Draw the picture as it stands now.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        """The sentence: a screen reader, a diff and a terminal all do better with it than with an address."""
        return self.sentence()

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live, {})
        return {**data, "image/svg+xml": self.still(), "text/plain": self.sentence()}, metadata
