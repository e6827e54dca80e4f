"""Row `faust-agent`: a plain Faust agent that calls the same engine, with Faust's default guarantees."""

import datetime as dt
import os

import mode.loop

mode.loop.use("uvloop")  # before Faust is imported, as its documentation says

import faust  # noqa: E402

from scrubber.contract import Origin, decode_claim, encode_verdict  # noqa: E402
from scrubber.engine import filing_day, load_engine  # noqa: E402

from .peer import Route  # noqa: E402


def main() -> None:
    route = Route.from_arguments()
    scrub = load_engine().scrub
    app = faust.App(
        route.group,
        broker=f"kafka://{route.broker}",
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        datadir=os.environ["BENCH_SCRATCH"],
    )
    source = app.topic(route.source, key_type=bytes, value_type=bytes)
    sinks = {
        disposition: app.topic(name, key_type=bytes, value_type=bytes) for disposition, name in route.sinks.items()
    }

    @app.agent(source)
    async def scrubbed(claims: faust.StreamT[bytes]) -> None:
        async for event in claims.events():
            claim = decode_claim(event.value)
            origin = Origin(route.source, event.message.partition, event.message.offset)
            verdict = scrub(claim, as_of=filing_day(claim, dt.datetime.now(dt.UTC).date()), origin=origin)
            await sinks[verdict.disposition].send(key=event.key, value=encode_verdict(verdict))

    faust.Worker(app, loglevel="WARNING", redirect_stdouts=False, quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main()
