"""Texts as numbers, and back."""

from collections.abc import Iterable, Sequence

import numpy as np


class Vocabulary:
    """A number for every token of some texts. A token is a character, or a word where a separator is given.

    The first three numbers are not tokens of a text: `pad` (0) fills short texts up, `bos` (1) begins one, `eos` (2) ends one.
    The tokens follow in sorted order.

    Parameters
    ----------
    texts : iterable of str
        Every token that will be needed occurs in them.
    separator : str
        What stands between two tokens: ``""`` makes each character a token, ``" "`` each word.

    Attributes
    ----------
    tokens : list of str
        The token behind each number.
    pad, bos, eos : int
        0, 1 and 2.
    """

    pad, bos, eos = 0, 1, 2

    def __init__(self, texts: Iterable[str], *, separator: str = ""):
        if isinstance(texts, str):
            raise TypeError("Vocabulary: texts is one str; give a list of them, such as [text].")
        self.separator = separator
        self.tokens = ["<pad>", "<bos>", "<eos>", *sorted({token for text in texts for token in self.split(text)})]
        self._number = {token: number for number, token in enumerate(self.tokens) if number > self.eos}

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} tokens: {' '.join(map(repr, self.tokens[3:8]))}{' …' if len(self) > 8 else ''})"

    def split(self, text: str) -> list[str]:
        """Part a text into its tokens.

        Parameters
        ----------
        text : str
            The text.

        Returns
        -------
        list of str
            Its characters or its words.
        """
        return text.split(self.separator) if self.separator else list(text)

    def encode(self, texts: Sequence[str], *, bos: bool = False, eos: bool = False) -> np.ndarray:
        """Turn texts into rows of numbers, filled up with `pad` on the right to the length of the longest.

        Parameters
        ----------
        texts : sequence of str
            N texts.
        bos, eos : bool
            Whether every row begins with `bos`, and ends with `eos` before the padding.

        Returns
        -------
        np.ndarray, shape (N, T), int64
            The numbers. ``ids != vocabulary.pad`` is the mask of what is text.

        Raises
        ------
        TypeError
            When texts is a single str.
        ValueError
            When a token is not in the vocabulary.
        """
        if isinstance(texts, str):
            raise TypeError("Vocabulary.encode: texts is one str; give a list of them, such as [text].")
        rows = [[self.bos] * bos + [self._find(token) for token in self.split(text)] + [self.eos] * eos for text in texts]
        ids = np.full((len(rows), max(map(len, rows), default=0)), self.pad, np.int64)
        for row, numbers in zip(ids, rows, strict=True):
            row[: len(numbers)] = numbers
        return ids

    def decode(self, ids: np.ndarray) -> list[str]:
        """Turn rows of numbers back into texts: each ends before its first `eos`; `bos` and `pad` are left out.

        Parameters
        ----------
        ids : np.ndarray, shape (N, T), int
            The numbers.

        Returns
        -------
        list of str
            N texts.

        Raises
        ------
        ValueError
            When ids has not two axes, or holds a number that stands for nothing.
        """
        ids = np.asarray(ids)
        if ids.ndim != 2 or ids.dtype.kind not in "iu" or (ids.size and not 0 <= ids.min() <= ids.max() < len(self)):
            found = f", from {ids.min()} to {ids.max()}" if ids.size else ""
            raise ValueError(
                f"Vocabulary.decode: ids must be whole numbers from 0 to {len(self) - 1}, shape (N, T); here they have shape "
                f"{ids.shape} and dtype {ids.dtype}{found}. For a single text, give ids[None]."
            )
        texts = []
        for row in ids.tolist():
            row = row[: row.index(self.eos)] if self.eos in row else row
            texts.append(self.separator.join(self.tokens[number] for number in row if number > self.eos))
        return texts

    def _find(self, token):
        if token not in self._number:
            raise ValueError(f"Vocabulary.encode: {token!r} is in none of the texts that the vocabulary was made from.")
        return self._number[token]
