"""Row `quix-copy-eos`: Quix Streams copies the bytes from topic to topic, exactly once."""

import os

from quixstreams import Application

from .peer import Route
from .plan import STEP


def main() -> None:
    route = Route.from_arguments()
    app = Application(
        broker_address=route.broker,
        consumer_group=route.group,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_every=STEP,
        auto_create_topics=False,
        use_changelog_topics=False,
        state_dir=os.environ["BENCH_SCRATCH"],
        loglevel="WARNING",
    )
    source = app.topic(route.source, key_deserializer="bytes", value_deserializer="bytes")
    sink = app.topic(route.sinks["copy"], key_serializer="bytes", value_serializer="bytes")
    app.dataframe(source).to_topic(sink)
    app.run()


if __name__ == "__main__":
    main()
