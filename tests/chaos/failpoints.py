"""A worker that can be told to kill or freeze itself at a chosen step of a transaction.

`python -m tests.chaos.failpoints FILE` is `python -m scrubber.worker`, with aiokafka's producer patched from outside. A
line `ACTION POINT COUNT` in FILE arms it once: at the COUNT-th time that POINT is passed, ACTION happens.
"""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from scrubber.worker.__main__ import main

POINTS: Final = {
    "queued": "a produce batch was handed over, nothing is acknowledged",
    "sent": "every send is acknowledged, the offset is not in the transaction",
    "offsets": "the offset is in the transaction",
    "before-commit": "the commit is about to be asked for",
    "in-commit": "the commit was asked for and not answered",
    "committed": "the commit was answered, the worker does not know it yet",
}
ACTIONS: Final = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


class Failpoint:
    """What this process was told to do."""

    def __init__(self, order: Path) -> None:
        """`order`: the file to look for; it is removed when it was read."""
        self._order = order
        self._point = ""
        self._number = signal.SIGKILL
        self._left = 0

    def look(self) -> None:
        """Take an order up, if there is one."""
        if self._order.exists():
            action, self._point, count = self._order.read_text(encoding="utf-8").split()
            self._number, self._left = ACTIONS[action], int(count)
            self._order.unlink()

    def passing(self, point: str) -> None:
        """Act, when it is this point's turn."""
        if self._left and point == self._point:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), self._number)


def _patch(failpoint: Failpoint) -> None:
    """Call `failpoint` at each step that a transaction takes."""
    kind: Any = AIOKafkaProducer
    begin, send, offsets, commit = (
        kind.begin_transaction, kind.send_batch, kind.send_offsets_to_transaction, kind.commit_transaction
    )  # fmt: skip

    async def begin_transaction(self: Any) -> None:
        failpoint.look()
        await begin(self)

    async def send_batch(self: Any, *args: Any, **more: Any) -> Any:
        sent = await send(self, *args, **more)
        failpoint.passing("queued")
        return sent

    async def send_offsets_to_transaction(self: Any, *args: Any) -> None:
        failpoint.passing("sent")
        await offsets(self, *args)
        failpoint.passing("offsets")

    async def commit_transaction(self: Any) -> None:
        failpoint.passing("before-commit")
        asked = asyncio.ensure_future(commit(self))
        await asyncio.wait({asked}, timeout=random.uniform(0.0, 0.004))
        failpoint.passing("in-commit")
        await asked
        failpoint.passing("committed")

    patches: dict[str, Any] = {
        "begin_transaction": begin_transaction, "send_batch": send_batch,
        "send_offsets_to_transaction": send_offsets_to_transaction, "commit_transaction": commit_transaction,
    }  # fmt: skip
    for name, function in patches.items():
        setattr(kind, name, function)


if __name__ == "__main__":
    _patch(Failpoint(Path(sys.argv[1])))
    sys.exit(main())
