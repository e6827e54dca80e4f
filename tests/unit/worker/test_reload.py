import asyncio
from types import SimpleNamespace
from typing import Any

from scrubber.reference import ReferenceDataError
from scrubber.worker.reload import Reloading


async def test_a_folder_that_is_away_for_a_moment_does_not_end_the_looking() -> None:
    """Whoever replaces the reference data moves one folder away and another one there."""
    looks: list[int] = []
    used = asyncio.Event()

    def fingerprint() -> tuple[str, ...]:
        looks.append(1)
        if len(looks) < 3:
            raise ReferenceDataError("no manifest.toml") if len(looks) == 1 else FileNotFoundError
        return ("new",)

    sources: Any = SimpleNamespace(fingerprint=fingerprint, open=lambda: SimpleNamespace(digest="0"))
    handler: Any = SimpleNamespace(use=lambda _: used.set())
    metrics: Any = SimpleNamespace(runs=lambda _: None, reloaded=lambda _: None)
    reloading = Reloading(sources, (), handler, metrics, 0.01)
    await reloading.on_start()
    try:
        await asyncio.wait_for(used.wait(), 5)
    finally:
        await reloading.on_stop()
