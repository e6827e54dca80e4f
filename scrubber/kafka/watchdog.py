"""A bound on the time that one claim may take, so that a rule that never ends cannot hold a partition for ever.

The kernel's timer for CPU time interrupts whatever Python code runs, even an endless loop, and costs nothing between
two ticks. It counts time spent computing: a worker that was stopped, or starved by its neighbours, blames no claim.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_TICKS: Final = 4


class ClaimTimeoutError(BaseException):
    """A claim took too long. Not an Exception, so that no rule that handles its own mistakes takes it for one."""


class Watchdog:
    """Raises ClaimTimeoutError in the middle of a claim that takes more than `seconds`, by a quarter at most.

    `arm()` before a claim and `disarm()` after it. It watches only inside `running()`.
    """

    def __init__(self, seconds: float) -> None:
        """`seconds`: of CPU time."""
        self._tick_seconds = seconds / _TICKS
        self._armed = False
        self._ticks = 0

    def arm(self) -> None:
        """A claim begins."""
        self._ticks = 0
        self._armed = True

    def disarm(self) -> None:
        """The claim is done."""
        self._armed = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the timer tick. In the main thread only: Python hands signals to no other."""
        before = signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, self._tick_seconds, self._tick_seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    def _tick(self, _number: int, _frame: object) -> None:
        self._ticks += 1
        # The first tick may come at once: only after one more than _TICKS has the time surely passed.
        # It goes on with every tick until disarmed, because an exception in a destructor, say, goes unheard.
        if self._armed and self._ticks > _TICKS:
            raise ClaimTimeoutError
