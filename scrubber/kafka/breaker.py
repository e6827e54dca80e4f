"""Stops a worker that sets aside everything it reads: the stream is wrong then, or the worker is."""

from scrubber.kafka.handler import Tally


class PoisonedError(Exception):
    """Too many dead letters in a row; `reasons` counts the last batch's."""

    def __init__(self, row: int, reasons: dict[str, int]) -> None:
        """`row`: how many there were."""
        super().__init__(row)
        self.row = row
        self.reasons = reasons


class Breaker:
    """Counts dead letters in a row over all partitions of a worker; one batch with a verdict in it ends the row."""

    def __init__(self, limit: int) -> None:
        """`limit`: 0 for none."""
        self._limit = limit
        self._row = 0

    def committed(self, tally: Tally) -> None:
        """Count a committed batch. Raises PoisonedError."""
        if tally.verdicts:
            self._row = 0
            return
        self._row += tally.dead_letters.total()
        if 0 < self._limit <= self._row:
            raise PoisonedError(self._row, dict(tally.dead_letters))
