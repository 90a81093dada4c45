"""The clock: functions timed in turns, and the table of their medians."""

import statistics
import time
from collections.abc import Callable


class Times(dict):
    """Milliseconds by contender; printed as a table, each also as a multiple of the fastest."""

    def __repr__(self) -> str:
        """The table."""
        width = max(map(len, self), default=0)
        fastest = min(self.values(), default=1)
        lines = [f"{name:<{width}}  {ms:>10.2f} ms  {ms / fastest:>8.1f} × the fastest" for name, ms in self.items()]
        return "\n".join(lines)


def measure(contenders: dict[str, Callable], *, seconds: float = 1.0, rounds: int = 3) -> Times:
    """Time functions in blocks that take turns, with a pause between them.

    Parameters
    ----------
    contenders : dict of str to callable
        Called without arguments.
    seconds : float
        Roughly how long each may take in all; a slow one runs at least once a round.
    rounds : int
        How often each has its turn.

    Returns
    -------
    Times
        The median of each, in milliseconds.

    Notes
    -----
    Turns, because a shared machine has slow moments; blocks with pauses, because NumPy's and PyTorch's threads wait for work
    on the same cores and would slow each other down if they alternated call by call.
    """
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, function in contenders.items():
            function()  # warm up
            end = time.perf_counter() + seconds / rounds
            while True:
                start = time.perf_counter()
                function()
                now = time.perf_counter()
                samples[name].append(1e3 * (now - start))
                if now > end:
                    break
            time.sleep(0.02)
    return Times({name: statistics.median(times) for name, times in samples.items()})
