"""Two networks at their game, live: the forgeries, the ring they should cover, and what the discriminator thinks."""

import json
from pathlib import Path

import numpy as np
import traitlets

from dlkit.data import ring_centres
from dlkit.svg import INK, LINE, MARK
from dlkit.widgets import _still as still
from dlkit.widgets._training import LiveTraining
from dlkit.widgets.base import LivePicture, javascript
from dlkit.widgets.gans.game import LEAST, MODES, SIGMA, RingGame

_STATIC = Path(__file__).parent.parent / "static"
_REACH, _SIDE, _SHOWN = 3.2, 33, 400
FORMS = ("non_saturating", "minimax")


class LiveRing(LiveTraining):
    """A GAN that learns a ring of eight Gaussians while you watch.

    Play and Pause, Step, Reset; another seed begins anew. The discriminator's pace and the generator's loss may be changed
    while it runs. The networks live in the kernel; without one, a recorded run stands here.

    Parameters
    ----------
    seed : int
        From 0 to 9999.
    ratio : float
        How many times faster than the generator the discriminator learns.
    form : str
        The generator's loss: "non_saturating" or "minimax".

    Attributes
    ----------
    game : RingGame
        The networks, to look into from another cell.

    Raises
    ------
    ValueError
        For a form that there is not, or a ratio that is not above zero.

    Notes
    -----
    Lesson: 19 gans.
    """

    _esm = javascript("plane", "training", "live_ring")
    _css = LivePicture._css + "".join((_STATIC / f"{s}.css").read_text(encoding="utf-8") for s in ("plane", "live_ring"))
    ratio = traitlets.Float(2.0, min=0.01, max=10).tag(sync=True)
    form = traitlets.Unicode("non_saturating").tag(sync=True)
    centres = traitlets.List().tag(sync=True)

    def __init__(self, *, seed: int = 0, ratio: float = 2.0, form: str = "non_saturating"):
        if form not in FORMS:
            raise ValueError(f"LiveRing: there is no form {form!r}; there are {', '.join(FORMS)}")
        if not 0.01 <= ratio <= 10:
            raise ValueError(f"LiveRing: ratio is {ratio}; give a number from 0.01 to 10")
        super().__init__(seed=seed, ratio=float(ratio), form=form, centres=ring_centres(MODES).round(3).tolist())
        self.observe(lambda change: setattr(self.game, "ratio", change.new), names="ratio")
        self.observe(lambda change: setattr(self.game, "form", change.new), names="form")

    def begin(self) -> None:
        """Make both players anew."""
        self.game = RingGame(self.seed, ratio=self.ratio, form=self.form)
        self._paid: list[float] = []

    def learn(self) -> None:
        """Let each player take a step."""
        self.game.step()
        self._paid.append(self.game.losses[0])

    def look(self) -> tuple[dict, str]:
        """Give the forgeries, the discriminator's field and its losses so far, and say how many modes are covered.

        Returns
        -------
        frame : dict
        words : str
        """
        modes, quality = self.game.coverage()
        every = max(1, -(-len(self._paid) // 150))
        paid = [float(np.mean(self._paid[k : k + every])) for k in range(0, len(self._paid), every)]
        frame = {
            "points": self.game.forgeries()[:_SHOWN].astype("<f4").tobytes(),
            "field": np.round(255 * self.game.field(_SIDE, _REACH)).astype(np.uint8).tobytes(),
            "paid": np.array(paid, "<f4").tobytes(),
            "every": every,
        }
        return frame, _words(self.steps, modes, quality, float(np.mean(self._paid[-20:])) if self._paid else None)

    def sentence(self) -> str:
        """Say what the recorded run shows: it is what stands where no kernel runs.

        Returns
        -------
        str
        """
        told = "; ".join(f"after {f['steps']} steps {f['modes']} of {MODES}, {f['quality']} % good" for f in _recording()[1:])
        return f"A recorded run of the game for a ring of eight Gaussians. Modes covered by the forgeries: {told}."

    def still(self) -> str:
        """Draw the recorded run: the discriminator's field as grey levels, the ring's modes, the forgeries.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        side, parts = 184, []
        for k, frame in enumerate(_recording()):
            left, top = 12 + k * (side + 10), 32
            field = np.reshape(frame["field"], (-1, int(len(frame["field"]) ** 0.5)))
            parts += [
                still.text(left, 22, f"step {frame['steps']}: {frame['modes']} of {MODES} modes", bold=True),
                still.grey_image(left, top, side, side, field, -160, 255),
                *(
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 * SIGMA / _REACH * side / 2:.1f}" fill="none" stroke="{INK}"/>'
                    for x, y in _pixels(ring_centres(MODES), left, top, side)
                ),
                _crosses(_pixels(np.array(frame["points"]) / 100, left, top, side)),
                still.box(left, top, side, side, fill="none", stroke=LINE),
            ]
        key = (
            "Grey: the discriminator's probability of “real”, bright is real. Circles: the eight modes, 3σ wide. "
            "Crosses: forgeries."
        )
        parts.append(still.text(12, side + 54, key, size=13))
        return still.document(14 + 4 * (side + 10), side + 68, parts, self.sentence())


def _words(steps: int, modes: int, quality: float, paid: float | None) -> str:
    pays = "" if paid is None else f" The discriminator pays {paid:.2f}; who cannot tell pays ln 4 = 1.39."
    return (
        f"Step {steps}: the forgeries cover {modes} of {MODES} modes, at least {LEAST} of 2000 each; {100 * quality:.0f} % of "
        f"them are good, nearer than 3σ to a mode.{pays}"
    )


def _recording() -> list[dict]:
    return json.loads((_STATIC / "ring_recording.json").read_text(encoding="utf-8"))


def _pixels(points, left, top, side):
    return np.stack([left + (points[:, 0] / _REACH + 1) * side / 2, top + (1 - points[:, 1] / _REACH) * side / 2], axis=1)


def _crosses(points) -> str:
    d = "".join(f"M{x - 2:.0f} {y - 2:.0f}l4 4m-4 0l4-4" for x, y in points)
    return f'<path d="{d}" stroke="{MARK}" stroke-width="1.3" fill="none"/>'


def record(seed: int = 0, at: tuple[int, ...] = (0, 100, 300, 1000)) -> list[dict]:
    """Play a game and keep what the still picture needs; ``static/ring_recording.json`` holds one such run.

    Parameters
    ----------
    seed : int
    at : tuple of int
        After which steps a frame is kept, rising.

    Returns
    -------
    list of dict
    """
    game, frames, steps = RingGame(seed), [], 0
    for stop in at:
        for _ in range(stop - steps):
            game.step()
        steps = stop
        modes, quality = game.coverage()
        inside = np.clip(game.forgeries()[:120], -_REACH, _REACH)
        frames.append(
            {
                "steps": steps, "modes": modes, "quality": round(100 * quality),
                "points": np.round(100 * inside).astype(int).tolist(),
                "field": np.round(255 * game.field(25, _REACH)).astype(int).ravel().tolist(),
            }
        )  # fmt: skip
    return frames
