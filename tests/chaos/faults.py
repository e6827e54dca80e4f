"""The faults, as data: what each is called, how often it is drawn, and how it is done to the worker of a slot."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from scrubber.worker import ExitCode
from tests.chaos.crew import Crew
from tests.chaos.failpoints import POINTS
from tests.chaos.watch import Watch

_FROZEN_SECONDS: Final = 10.0
"""Past the session's end (6 s by default), so that others have taken over when the frozen one wakes."""
_SETTLES_SECONDS: Final = 0.1
"""A commit that was under way when the fault came has arrived by then; what comes later is new."""
_RECOVERS_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What faults are done to. `partitions`: of the input topic."""

    crew: Crew
    watch: Watch
    random: random.Random
    partitions: int


Strike = Callable[[Scene, str], Awaitable[float]]
"""Do the fault to the worker of a slot; the time at which it was over (`time.monotonic()`)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`weight`: how often it is drawn, against the others. `kills`: whether a worker dies of it by SIGKILL."""

    kind: str
    strike: Strike
    weight: int
    kills: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a fault was felt. `recovery`: seconds from its end until every partition had committed something new.

    `idle`: the longest time in which one partition committed nothing, the fault's own time included.
    """

    kind: str
    recovery: float
    idle: float


async def suffer(fault: Fault, scene: Scene) -> Outcome:
    """Do the fault to some worker and wait until it is overcome. AssertionError when it is not."""
    scene.crew.assert_alive()
    slot = scene.random.choice(scene.crew.slots)
    await scene.crew.ready(slot)  # else it might have no partition yet, and nothing would be felt
    scene.watch.forget()
    over = await fault.strike(scene, slot)
    await asyncio.sleep(max(0.0, over + _SETTLES_SECONDS - time.monotonic()))
    again = await scene.watch.moves(scene.partitions, _RECOVERS_SECONDS)
    return Outcome(fault.kind, again - over, scene.watch.idle())


async def _kill(scene: Scene, slot: str) -> float:
    """At any moment."""
    await asyncio.sleep(scene.random.uniform(0.0, 0.5))
    await scene.crew.stop(slot, signal.SIGKILL)
    over = time.monotonic()
    scene.crew.start(slot)
    return over


def _kill_at(point: str) -> Strike:
    async def strike(scene: Scene, slot: str) -> float:
        scene.crew.arm(slot, "kill", point, scene.random.randint(1, 20))
        assert await scene.crew.ends(slot) == -signal.SIGKILL
        over = time.monotonic()
        scene.crew.start(slot)
        return over

    return strike


async def _freeze(scene: Scene, slot: str) -> float:
    """At any moment, past the session; then it goes on as if nothing had been."""
    scene.crew[slot].process.send_signal(signal.SIGSTOP)
    return await _thaw(scene, slot)


def _freeze_at(point: str) -> Strike:
    async def strike(scene: Scene, slot: str) -> float:
        scene.crew.arm(slot, "freeze", point, scene.random.randint(1, 20))
        return await _thaw(scene, slot)

    return strike


async def _thaw(scene: Scene, slot: str) -> float:
    await scene.crew.freezes(slot)
    await asyncio.sleep(_FROZEN_SECONDS)
    scene.crew[slot].process.send_signal(signal.SIGCONT)
    return time.monotonic()


async def _terminate(scene: Scene, slot: str) -> float:
    """As a rolling update does."""
    assert await scene.crew.stop(slot) == ExitCode.STOPPED
    over = time.monotonic()
    scene.crew.start(slot)
    return over


WORKER_FAULTS: Final = (
    Fault("kill", _kill, 60, kills=True),
    *(Fault(f"kill-{point}", _kill_at(point), 15, kills=True) for point in POINTS),
    Fault("sigterm", _terminate, 15),
    Fault("freeze", _freeze, 3),
    *(Fault(f"freeze-{point}", _freeze_at(point), 1) for point in POINTS),
)


def plan(faults: tuple[Fault, ...], kills: int, draw: random.Random) -> list[Fault]:
    """Each fault once, if that leaves enough to draw; then by their weights until `kills` of them kill a worker."""
    once = [fault for fault in faults if fault.kills or kills >= len(faults)]
    drawn = draw.sample(once, len(once)) if kills >= sum(fault.kills for fault in once) else []
    weights = [fault.weight for fault in faults]
    while sum(fault.kills for fault in drawn) < kills:
        drawn += draw.choices(faults, weights)
    return drawn
