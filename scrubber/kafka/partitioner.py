"""The output partition of a key: Kafka's own choice (murmur2), so that verdicts meet other topics with these keys."""

import struct
from typing import Final

_M: Final = 0x5BD1E995
_SEED: Final = 0x9747B28C
_MASK: Final = 0xFFFFFFFF


def partition_of(key: bytes | None, count: int, otherwise: int) -> int:
    """Partition number from 0 to `count` - 1.

    A record without key goes by the number of its input partition, `otherwise`, so that order is kept there too.
    """
    return otherwise % count if key is None else (murmur2(key) & 0x7FFFFFFF) % count


def murmur2(data: bytes) -> int:
    """Kafka's 32-bit murmur2. The same figures as aiokafka's, in half the time: it runs once a claim."""
    length = len(data)
    h = _SEED ^ length
    whole = length & ~3
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        k = word * _M & _MASK
        h = (h * _M & _MASK) ^ ((k ^ k >> 24) * _M & _MASK)
    if whole < length:
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15
