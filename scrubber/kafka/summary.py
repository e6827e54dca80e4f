"""The one line that a healthy worker logs, once an interval."""

import time
from collections import Counter
from collections.abc import Sequence

from scrubber.kafka.batch import Batch
from scrubber.kafka.metrics import PartitionState
from scrubber.log import Event, emit


class Summary:
    """Adds up committed batches until the interval is over."""

    def __init__(self, interval: float) -> None:
        """`interval`: seconds between two lines."""
        self._interval = interval
        self._began = time.monotonic()
        self._claims = self.aborted = 0
        self._verdicts: Counter[str] = Counter()
        self._dead_letters: Counter[str] = Counter()

    def committed(self, batch: Batch) -> None:
        """Add a committed batch."""
        self._claims += batch.records
        self._verdicts.update(batch.tally.verdicts)
        self._dead_letters.update(batch.tally.dead_letters)

    def tell_if_due(self, assigned: int, states: Sequence[PartitionState]) -> None:
        """Log the line and begin anew, when the interval is over."""
        if time.monotonic() - self._began >= self._interval:
            self.tell(assigned, states)

    def tell(self, assigned: int, states: Sequence[PartitionState]) -> None:
        """Log the line and begin anew."""
        emit(
            Event.SUMMARY,
            claims=self._claims,
            verdicts=dict(self._verdicts),
            dead_letters=dict(self._dead_letters),
            aborted=self.aborted,
            lag=sum(state.waiting for state in states),
            assigned=assigned,
            open=len(states),
            seconds=round(time.monotonic() - self._began, 1),
        )
        self._began = time.monotonic()
        self._claims = self.aborted = 0
        self._verdicts.clear()
        self._dead_letters.clear()
