"""How long each batch may scrub, so that claims wait no longer than the user wants.

All open partitions are written in one round: their batches are scrubbed one after the other and committed side by side.
A round's time is what a claim waits for, and it has two parts. Scrubbing grows with the batches; the broker's part does
not shrink with them. So what the broker takes is measured, and scrubbing gets the rest of the time aimed at.
"""

from typing import Final

# With a broker slower than the aim, smaller batches would only make more of its slow transactions.
_LEAST_SHARE: Final = 0.25
_FORGETTING: Final = 0.2


class Pace:
    """One worker's; all times in seconds."""

    def __init__(self, target: float, longest: float) -> None:
        """`target`: the time aimed at for a round; `longest`: a batch's time whatever the aim, for the heartbeats."""
        self._target = target
        self._longest = longest
        self._broker = 0.0

    def budget(self, batches: int) -> float:
        """Time that each of so many batches of a round may scrub."""
        left = max(self._target - self._broker, self._target * _LEAST_SHARE)
        return min(self._longest, left / batches)

    def took(self, seconds: float, scrubbing: float) -> None:
        """A round is over: it took `seconds`, of which `scrubbing` in the engine."""
        self._broker += (max(0.0, seconds - scrubbing) - self._broker) * _FORGETTING
