"""Bytes to claims and verdicts to bytes, as JSON or MessagePack."""

import re
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

import msgspec
from msgspec import Raw, Struct

from scrubber.contract.amounts import CENTS, UNITS, Amount
from scrubber.contract.claim import Claim
from scrubber.contract.errors import ContractError
from scrubber.contract.verdict import Coverage, Verdict

JSON = "application/json"
MSGPACK = "application/msgpack"
_T_co = TypeVar("_T_co", covariant=True)
_ALIASES = {JSON: JSON, MSGPACK: MSGPACK, "application/x-msgpack": MSGPACK, "application/vnd.msgpack": MSGPACK}


class _Decoder(Protocol[_T_co]):
    """What msgspec's two decoders have in common."""

    def decode(self, data: bytes, /) -> _T_co: ...


class _Encoder(Protocol):
    """What msgspec's two encoders have in common."""

    def encode(self, data: object, /) -> bytes: ...


_CLAIM: dict[str, _Decoder[Claim]] = {JSON: msgspec.json.Decoder(Claim), MSGPACK: msgspec.msgpack.Decoder(Claim)}
_VERDICT: dict[str, _Decoder[Verdict]] = {
    JSON: msgspec.json.Decoder(Verdict),
    MSGPACK: msgspec.msgpack.Decoder(Verdict),
}
_ENCODER: dict[str, _Encoder] = {
    JSON: msgspec.json.Encoder(decimal_format="string"),
    MSGPACK: msgspec.msgpack.Encoder(decimal_format="string"),
}
_REMEMBERED = 4096
_MALFORMED = {JSON: "not-json", MSGPACK: "not-msgpack"}


def content_type_of(headers: Iterable[tuple[str, bytes | None]]) -> str:
    """JSON or MSGPACK from a record's headers; JSON when none is given. ContractError for any other type."""
    for name, value in headers:
        if name.lower() == "content-type" and value:
            named = value.split(b";")[0].strip().lower().decode("latin-1")
            if (known := _ALIASES.get(named)) is None and named.endswith("+json"):
                known = JSON
            if known is None:
                raise ContractError("unknown-content-type")
            return known
    return JSON


def decode_claim(value: bytes | None, content_type: str = JSON) -> Claim:
    """One claim from a record's value. ContractError when it is none."""
    if not value:
        raise ContractError("empty")
    try:
        claim = _CLAIM[content_type].decode(value)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError) as error:
        problem = _explain(error, content_type)
    else:
        _check_amounts(claim)
        return claim
    try:
        # Raised out here so that the original error, whose text may quote the claim, is not chained to it.
        raise problem
    finally:
        # Its traceback holds this frame: a name for it in here would keep the value until the collector runs.
        del problem


def encode_claim(claim: Claim, content_type: str = JSON) -> bytes:
    """A claim as record value. OverflowError for MessagePack, which says times in UTC, beyond the years 1 to 9999."""
    return _ENCODER[content_type].encode(claim)


def decode_verdict(value: bytes, content_type: str = JSON) -> Verdict:
    """A verdict from a record's value. msgspec.DecodeError when it is none."""
    return _VERDICT[content_type].decode(value)


class _WireVerdict(Struct, frozen=True, gc=False):
    """A verdict whose coverage is encoded already; same fields, same order."""

    verdict_id: str
    claim_id: str
    disposition: str
    findings: object
    fixes: object
    risk: object
    coverage: Raw
    ruleset: object
    origin: object
    as_of: object


class _EncodedCoverage(dict[int, tuple[tuple[Coverage, ...], Raw]]):
    """Encoded coverage by the identity of its tuple.

    The engine hands out one tuple again and again, and it is the longest part of a verdict. Holding the tuple beside
    its encoding keeps the identity valid.
    """

    def __init__(self, content_type: str) -> None:
        super().__init__()
        self._encode = _ENCODER[content_type].encode

    def of(self, coverage: tuple[Coverage, ...]) -> Raw:
        known = self.get(id(coverage))
        if known is not None and known[0] is coverage:
            return known[1]
        if len(self) > _REMEMBERED:
            self.clear()
        raw = Raw(self._encode(coverage))
        self[id(coverage)] = (coverage, raw)
        return raw


_COVERAGE = {JSON: _EncodedCoverage(JSON), MSGPACK: _EncodedCoverage(MSGPACK)}


def forget_coverage() -> None:
    """Let go of the coverage of an engine that was replaced: no other hands out the same tuples."""
    for known in _COVERAGE.values():
        known.clear()


def encode_verdict(verdict: Verdict, content_type: str = JSON) -> bytes:
    """A verdict as record value."""
    v = verdict
    coverage = _COVERAGE[content_type].of(v.coverage)
    return _ENCODER[content_type].encode(
        _WireVerdict(
            v.verdict_id, v.claim_id, v.disposition, v.findings, v.fixes, v.risk, coverage, v.ruleset, v.origin, v.as_of
        )
    )


def _check_amounts(claim: Claim) -> None:
    """Every amount must be exact, or the rules would judge another claim than the one that was sent."""
    try:
        CENTS[claim.total_charge]
        for line in claim.service_lines:
            CENTS[line.charge]
            if line.units is not None:
                UNITS[line.units]
    except ValueError:
        path = _first_wrong_amount(claim)
    else:
        return
    raise ContractError("invalid-amount", path)


def _first_wrong_amount(claim: Claim) -> str:
    cents, units = CENTS.__getitem__, UNITS.__getitem__
    amounts: list[tuple[Callable[[Amount], object], Amount | None, str]] = [
        (cents, claim.total_charge, "/total_charge")
    ]
    for index, line in enumerate(claim.service_lines):
        amounts.append((cents, line.charge, f"/service_lines/{index}/charge"))
        amounts.append((units, line.units, f"/service_lines/{index}/units"))
    for parse, amount, path in amounts:
        try:
            if amount is not None:
                parse(amount)
        except ValueError:
            return path
    return ""


_PATH = re.compile(r" - at `(?:key in )?\$([A-Za-z0-9_.\[\]]*)`$")
_MISSING = re.compile(r"missing required field `(\w+)`")


def _explain(error: Exception, content_type: str) -> ContractError:
    """Which check failed and where, in our own field names; the text of msgspec is dropped, it can quote."""
    if isinstance(error, RecursionError):
        return ContractError("too-deep")
    if not isinstance(error, msgspec.ValidationError):
        return ContractError(_MALFORMED[content_type])
    text = str(error)
    found = _PATH.search(text)
    path = found[1].replace("[", ".").replace("]", "").replace(".", "/") if found else ""
    if missing := _MISSING.search(text):
        return ContractError("missing-field", f"{path}/{missing[1]}")
    if text.startswith("Expected `") and " of length " in text:
        return ContractError("invalid-length", path)
    if text.startswith("Expected `") and ", got `" in text:
        return ContractError("wrong-type", path)
    return ContractError("invalid-value", path)
