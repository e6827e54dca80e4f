"""Row `engine`: one claim's bytes to its verdict's bytes, as the worker does it, without Kafka."""

import datetime as dt
from itertools import count

from scrubber.contract import Origin, decode_claim, encode_verdict
from scrubber.engine import filing_day, load_engine

from .alone import measure

TODAY = dt.date(2026, 7, 31)


def main() -> None:
    scrub = load_engine().scrub
    offsets = count()

    def work(value: bytes) -> bytes:
        claim = decode_claim(value)
        return encode_verdict(scrub(claim, as_of=filing_day(claim, TODAY), origin=Origin("claims", 0, next(offsets))))

    measure(work)


if __name__ == "__main__":
    main()
