"""How well language is foretold, and how much of a sentence stands in those that people wrote."""

from collections import Counter
from math import exp, inf, log

from dlkit.shapes import number, whole


def perplexity(loss: float) -> float:
    """Turn a mean cross-entropy into the number of equally likely choices it amounts to.

    perplexity = e^loss

    Parameters
    ----------
    loss : float
        The mean of −log p over all symbols, natural logarithm.

    Returns
    -------
    float
        1 for a model that knows every symbol beforehand, V for one that guesses among V.

    Raises
    ------
    TypeError
        When the loss is no number.
    ValueError
        When it is below 0.

    Lesson: 13_recurrent_networks
    Source: Jelinek, Mercer, Bahl and Baker, 1977, Perplexity: a measure of the difficulty of speech recognition tasks.
    """
    loss = number("perplexity", "loss", loss, least=0)
    return exp(loss) if loss < 709 else inf  # e^710 is more than a float64 holds


def bits_per_character(loss: float) -> float:
    """Turn a mean cross-entropy in natural units into bits.

    bits = loss / log 2

    Parameters
    ----------
    loss : float
        The mean of −log p over all characters, natural logarithm.

    Returns
    -------
    float
        0 for a model that knows every character beforehand, log₂ V for one that guesses among V.

    Raises
    ------
    TypeError
        When the loss is no number.
    ValueError
        When it is below 0.

    Lesson: 16_transformers
    Source: Graves, 2013, Generating sequences with recurrent neural networks, section 3.1.
    """
    return number("bits_per_character", "loss", loss, least=0) / log(2)


def clipped_matches(candidate: list[str], references: list[list[str]], n: int) -> tuple[int, int]:
    """Count the runs of n words of a candidate that a reference has too, each no oftener than one reference has it.

    Parameters
    ----------
    candidate : list of str
        The words of a sentence.
    references : list of list of str
        The words of sentences that would be right.
    n : int
        How many words a run has.

    Returns
    -------
    matches, runs : int
        Their ratio is the modified precision.

    Raises
    ------
    TypeError
        When a sentence is a string and not a list of words.
    ValueError
        When there is no reference.

    Lesson: 21_image_captioning
    Source: Papineni, Roukos, Ward and Zhu, 2002, BLEU: a method for automatic evaluation of machine translation, section 2.1.
    """
    n = whole("clipped_matches", "n", n, least=1)
    _expect_sentences("clipped_matches", [candidate], [references])
    return _clipped_matches(candidate, references, n)


def bleu(candidates: list[list[str]], references: list[list[list[str]]], *, max_order: int = 4) -> float:
    """Measure how much of a set of sentences stands, run by run of words, in sentences that people wrote.

    BLEU = min(1, e^(1 − r/c)) · (p₁ · p₂ · … · p_N)^(1/N), N = max_order, r and c the lengths of references and candidates

    Parameters
    ----------
    candidates : list of list of str
        Sentences, each a list of words.
    references : list of list of list of str
        For each candidate, one or more sentences that would be right.
    max_order : int
        The longest run of words that counts; 4 by custom.

    Returns
    -------
    float
        0 to 1. It is 0 when no run of ``max_order`` words matches anywhere.

    Raises
    ------
    TypeError
        When a sentence is a string and not a list of words.
    ValueError
        When there is no candidate, or not a list of references for each.

    Notes
    -----
    A precision pₙ is the share of all candidates' runs of n words that a reference has too, each counted no oftener than one
    reference has it: saying "the" seven times earns 2/7. Counts are added up over all sentences before they are divided;
    a mean of the sentences' own BLEU is another number. Precision rewards short sentences; the first factor takes that
    back. Of several references the one nearest in length counts, the shorter where two are as near.

    Lesson: 21_image_captioning
    Source: Papineni, Roukos, Ward and Zhu, 2002, BLEU: a method for automatic evaluation of machine translation, section 2.
    """
    max_order = whole("bleu", "max_order", max_order, least=1)
    _expect_sentences("bleu", candidates, references)
    pairs = list(zip(candidates, references, strict=True))
    logs = 0.0
    for n in range(1, max_order + 1):
        matches, runs = map(sum, zip(*(_clipped_matches(candidate, several, n) for candidate, several in pairs), strict=True))
        if matches == 0:
            return 0.0
        logs += log(matches / runs)
    c = sum(map(len, candidates))
    r = sum(min((abs(len(one) - len(candidate)), len(one)) for one in several)[1] for candidate, several in pairs)
    return min(1.0, exp(1 - r / c)) * exp(logs / max_order)


def _clipped_matches(candidate, references, n: int) -> tuple[int, int]:
    def runs(words):
        return Counter(tuple(words[k : k + n]) for k in range(len(words) - n + 1))

    most = Counter()  # how often the reference that has a run oftenest has it
    for reference in references:
        most |= runs(reference)
    found = runs(candidate)
    return (found & most).total(), found.total()


def _expect_sentences(where: str, candidates, references) -> None:
    _expect_list(where, "the candidates", candidates, "sentences")
    _expect_list(where, "the references", references, "lists of sentences")
    if len(candidates) != len(references):
        raise ValueError(f"{where}: there are {len(candidates)} candidates but references for {len(references)}")
    if not candidates:
        raise ValueError(f"{where}: there is no candidate")
    for candidate, several in zip(candidates, references, strict=True):
        _expect_list(where, "a candidate", candidate, "words")
        _expect_list(where, "what a candidate is compared with", several, "sentences")
        if not several:
            raise ValueError(f"{where}: there is no reference for {candidate!r}")
        for reference in several:
            _expect_list(where, "a reference", reference, "words")


def _expect_list(where: str, what: str, value, items: str) -> None:
    if not isinstance(value, list | tuple):
        tip = "; try .split()" if isinstance(value, str) and items == "words" else ""
        raise TypeError(f"{where}: {what} must be a list of {items}, not {value!r}{tip}")
