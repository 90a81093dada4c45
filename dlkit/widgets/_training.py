"""Training that is watched: it runs in the kernel, in slices that the page asks for, and stops when nobody asks."""

import threading
import time
import weakref

import traitlets

from dlkit.widgets.base import LivePicture

_alive: weakref.WeakSet = weakref.WeakSet()


def _hear_the_stop_button() -> None:
    """Let the notebook's stop button reach a training while no cell is running.

    JupyterLab has the messages of widgets handled in a thread of their own, where an interrupt never arrives; and between two
    cells the kernel drops it. So the handler that ipykernel puts back after each cell is exchanged for one that tells us.
    """
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    before = getattr(kernel, "saved_sigint_handler", None)
    if before is None or getattr(before, "tells_trainings", False):
        return

    def heard(number, frame):
        for training in list(_alive):
            training.stop()
        if callable(before):
            before(number, frame)

    heard.tells_trainings = True
    kernel.saved_sigint_handler = heard


class LiveTraining(LivePicture):
    """A picture of a training that goes on while it is looked at.

    The page's counterpart is ``static/training.js``. It asks for a slice, draws what comes back, and asks for the next. So a
    running training never blocks the kernel: between two slices other cells have their turn. Nothing runs on when the page is
    closed, and the notebook's stop button ends a slice: the training is then paused, and can go on.

    A subclass gives :meth:`begin`, :meth:`learn` and :meth:`look`.

    Attributes
    ----------
    steps : int
        Steps of training so far.
    seed : int
        Of the random numbers; another seed begins anew.
    words : str
        What the picture shows.
    frame : dict
        What the page draws: numbers, and arrays as bytes.
    halted : bool
        Whether the kernel stopped the training: by its stop button, or because a number was no longer finite.
    """

    steps = traitlets.Int(0).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=9999).tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    halted = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **state):
        self._lock, self._stop = threading.RLock(), False  # a page's messages may come in another thread than the cells
        super().__init__(**state)
        self.reset()
        _alive.add(self)
        _hear_the_stop_button()
        self.observe(lambda _change: self.reset(), names="seed")
        self.on_msg(self._asked)

    def begin(self) -> None:
        """Make the networks and optimisers anew, from the seed."""
        raise NotImplementedError

    def learn(self) -> None:
        """Take one step of training."""
        raise NotImplementedError

    def look(self) -> tuple[dict, str]:
        """Say what is to be drawn, and what it shows in words.

        Returns
        -------
        frame : dict
        words : str
        """
        raise NotImplementedError

    def reset(self) -> None:
        """Begin anew with the same seed."""
        with self._lock:
            self.begin()
            self.steps, self._stop = 0, False
            self._show(halted=False)

    def stop(self) -> None:
        """End the slice that is running, or else the next one before it begins; Play goes on."""
        self._stop = True

    def advance(self, steps: int | None = None, *, milliseconds: float | None = None) -> None:
        """Train for a number of steps, or for a time, whichever ends first, and show what came of it.

        Parameters
        ----------
        steps : int, optional
        milliseconds : float, optional
            One step is always taken.

        Raises
        ------
        ValueError
            When neither is given.
        """
        if steps is None and milliseconds is None:
            raise ValueError("advance: say how many steps, or how many milliseconds")
        end = time.monotonic() + (float("inf") if milliseconds is None else milliseconds / 1000)
        taken, problem = 0, ""
        with self._lock:
            try:
                while not self._stop and (taken == 0 or (time.monotonic() < end and (steps is None or taken < steps))):
                    self.learn()
                    taken += 1
            except KeyboardInterrupt:
                self._stop = True
            except FloatingPointError as error:
                problem = f"Training stopped: {error}. Reset begins anew. "
            if self._stop:
                problem, self._stop = "Stopped from the kernel; Play goes on. ", False
            self.steps += taken
            self._show(halted=bool(problem), before=problem)

    def _show(self, *, halted: bool, before: str = "") -> None:
        frame, words = self.look()
        with self.hold_sync():
            self.frame, self.words, self.halted = frame, before + words, halted

    def _asked(self, _widget, content, _buffers) -> None:
        """What a page asks for: {"ask": "slice" | "step" | "reset" | "go", "view": …}; the answer names the view."""
        ask = content.get("ask")
        try:
            if ask == "go":
                self.halted = self._stop = False
            elif ask == "reset":
                self.reset()
            elif ask == "step":
                self.advance(1)
            elif ask == "slice" and not self.halted:
                self.advance(milliseconds=min(float(content.get("milliseconds", 50)), 200))
        finally:
            self.send({"answered": ask, "view": content.get("view")})
