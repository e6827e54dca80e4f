"""Names that repeat: of the rules that judged, and of the verdict on one record."""

import hashlib
from collections.abc import Iterable
from importlib import resources

from scrubber.contract import Claim, Origin, encode_claim

_JUDGING = (
    "scrubber.rules",
    "scrubber.engine",
    "scrubber.reference",
    "scrubber.reference.bundle",
    "scrubber.policy",
    "scrubber.contract",
)


def ruleset_digest(parts: Iterable[str]) -> str:
    """Digest of the code that judges (its source files) and of `parts`: reference data, payer policies."""
    digest = hashlib.blake2b(digest_size=8)
    for package in _JUDGING:
        files = (f for f in resources.files(package).iterdir() if f.name.endswith(".py"))
        for file in sorted(files, key=lambda f: f.name):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


class VerdictIds:
    """Ids that depend on nothing but where a claim stood and which rules judged it.

    The part that repeats, rules and topic-partition, is hashed once and copied from then on.
    """

    def __init__(self, digest: str) -> None:
        self._base = hashlib.blake2b(digest.encode(), digest_size=16)
        self._prefixes: dict[tuple[str, int], hashlib.blake2b] = {}

    def of(self, origin: Origin | None, claim: Claim) -> str:
        """32 hexadecimal digits. A claim from no topic is named by its content instead."""
        if origin is None:
            copy = self._base.copy()
            copy.update(encode_claim(claim))
            return copy.hexdigest()
        place = (origin.topic, origin.partition)
        prefix = self._prefixes.get(place)
        if prefix is None:
            prefix = self._base.copy()
            prefix.update(b"|%b|%d|" % (origin.topic.encode(), origin.partition))
            self._prefixes[place] = prefix
        copy = prefix.copy()
        copy.update(b"%d" % origin.offset)
        return copy.hexdigest()
