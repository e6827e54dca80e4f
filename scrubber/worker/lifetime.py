"""One worker, from settings to exit code."""

import asyncio
import time

import uvloop

from scrubber import __version__
from scrubber.engine import Sources
from scrubber.kafka.handler import ClaimHandler, Handle
from scrubber.kafka.loop import ClaimLoop
from scrubber.kafka.metrics import Metrics
from scrubber.log import Event, capture_libraries, capture_uncaught, configure, emit, error_values
from scrubber.policy import PolicyError
from scrubber.reference import ReferenceDataError
from scrubber.settings import Settings
from scrubber.web.pages import add_pages
from scrubber.worker.exits import ExitCode
from scrubber.worker.reload import Reloading, spare_the_collector
from scrubber.worker.service import ClaimService
from scrubber.worker.shell import Shell, make_app

_LEFTOVERS_SECONDS = 2.0


def run_worker(settings: Settings) -> int:
    """Run a worker until it is told to stop or cannot go on; returns an ExitCode. Call it in the main thread."""
    began = time.monotonic()
    configure(settings.log_level, settings.log_format)
    capture_libraries(settings.log_level)
    sources = Sources(settings.reference_folder, settings.payer_folder, settings.reference_bundle)
    try:
        seen = sources.fingerprint()
        engine = sources.open()
    except (ReferenceDataError, PolicyError) as error:
        # Their words are about tables and policies, never about a claim.
        emit(Event.REFERENCE_NOT_LOADED, problem=str(error))
        code = ExitCode.REFERENCE
    except Exception as error:  # noqa: BLE001 - whatever else is wrong with the files, the answer is the same
        emit(Event.REFERENCE_NOT_LOADED, **error_values(error))
        code = ExitCode.REFERENCE
    else:
        spare_the_collector()
        handler, metrics = ClaimHandler(engine, settings), Metrics(version=__version__, digest=engine.digest)
        reloading = Reloading(sources, seen, handler, metrics, settings.reload_seconds)
        with handler.watchdog.running():
            code = _run(settings, engine.digest, handler, metrics, reloading)
    emit(Event.WORKER_STOPPED, code=int(code), code_name=code.name, seconds=round(time.monotonic() - began, 1))
    return int(code)


def _run(settings: Settings, digest: str, handle: Handle, metrics: Metrics, reloading: Reloading) -> ExitCode:
    """Run the loop around `handle` inside the shell."""
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    capture_uncaught(loop)
    try:
        return loop.run_until_complete(_live(settings, digest, handle, metrics, reloading, loop))
    finally:
        loop.run_until_complete(_cancel_leftovers())
        loop.close()
        asyncio.set_event_loop(None)


async def _live(
    settings: Settings,
    digest: str,
    handle: Handle,
    metrics: Metrics,
    reloading: Reloading,
    loop: asyncio.AbstractEventLoop,
) -> ExitCode:
    claims = ClaimLoop(settings, handle, metrics)
    app = make_app(settings, loop)
    add_pages(app, claims, metrics)
    service = ClaimService(claims, settings, on_end=lambda: shell.request_stop())  # noqa: PLW0108 - `shell` comes after
    shell = Shell(app, reloading, service, loop=loop)
    url = f"http://{settings.web_host}:{settings.web_port}"
    emit(Event.WORKER_STARTING, version=__version__, group=settings.group, instance=settings.instance,
         digest=digest, url=url, batch_records=settings.batch_records)  # fmt: skip
    try:
        await shell.start()
    except OSError as error:
        emit(Event.WEB_NOT_STARTED, error=type(error).__qualname__, url=url)
        service.code = ExitCode.WEB
    # start() returns as soon as stopping has begun; the draining is in here.
    await shell.finish()
    return service.code


async def _cancel_leftovers() -> None:
    """End what libraries left running, so that closing the event loop says nothing about it."""
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=_LEFTOVERS_SECONDS)
