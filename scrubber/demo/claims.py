"""What the demo publishes: invented claims around the codes 17000, 17003, 17004, 20983, 57520 and 3753F."""

from dataclasses import dataclass

import msgspec

from scrubber.rules.documentation import CRYOABLATION_RECORD, LESION_RECORD
from scrubber.rules.example import Example, example

STRICT_POLICY = """\
id = "demo-strict"
title = "Demo payer that denies a procedure of the other sex"
version = "1"
extends = "medicare"

[severity]
procedure-sex = "deny"
"""
"""A payer policy of the demo's own, as a file beside those that ship."""


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """One record and what it stands for: an invented claim, or `raw` bytes that are none."""

    story: str
    claim: Example | None = None
    raw: bytes = b""

    def value(self, claim_id: str) -> bytes:
        """What is published."""
        return self.raw if self.claim is None else msgspec.json.encode(self.claim.event(claim_id))


RECORDS = (
    DemoRecord("One premalignant lesion", example("17000")),
    DemoRecord("Three lesions, all billed as the first", example("17000x3")),
    DemoRecord("Twenty-one lesions, counted one by one", example("17000", "17003x20")),
    DemoRecord("Fifteen lesions or more, and single ones beside them", example("17004", "17003x2")),
    DemoRecord("Further lesions without a first", example("17003x2")),
    DemoRecord("A lesion with a diagnosis that does not call for it", example("17000", dx="D22.5")),
    DemoRecord(
        "A lesion whose record does not say how many there were", example("17000", documentation=LESION_RECORD[1:])
    ),
    DemoRecord("A visit on the day of a minor procedure", example("99213", "17000")),
    DemoRecord("The same visit with 25", example("99213-25", "17000")),
    DemoRecord("25 on the procedure in place of the visit", example("99213", "17000-25")),
    DemoRecord("25 where the surgery has 90 global days", example("99213-25", "57520", dx="N87.1")),
    DemoRecord("A conization, patient recorded as male", example("57520", dx="N87.1", sex="M")),
    DemoRecord("The same for a payer that denies it", example("57520", dx="N87.1", sex="M", payer="demo-strict")),
    DemoRecord("A conization for a skin diagnosis", example("57520")),
    DemoRecord(
        "Cryoablation of bone, with its imaging guidance billed beside it", example("20983", "77013", dx="C79.51")
    ),
    DemoRecord("Cryoablation before its code existed", example("20983", dx="C79.51", date="2014-12-31")),
    DemoRecord(
        "Cryoablation whose record lacks the probe's position",
        example("20983", dx="C79.51", documentation=[each for each in CRYOABLATION_RECORD if each != "probe-position"]),
    ),
    DemoRecord("Cryoablation, nobody said what is on file", example("20983", dx="C79.51")),
    DemoRecord(
        "Cryoablation done again, without the reason on file",
        example("20983", "20983-76", dx="C79.51", documentation=CRYOABLATION_RECORD),
    ),
    DemoRecord("A tracking code with a charge", example("3753F@50.00", "99213", dx="I10")),
    DemoRecord("A tracking code with a modifier for visits", example("3753F-25@0.00", "99213", dx="I10")),
    DemoRecord("A tracking code alone", example("3753F@0.00", dx="I10")),
    DemoRecord(
        "The same charge, for a payer whose wish is not known", example("3753F@50.00", "99213", dx="I10", payer="aetna")
    ),
    DemoRecord("A diagnosis that is only a heading", example("17000", dx="L57")),
    DemoRecord("A visit code that ended in 2020", example("99201")),
    DemoRecord("A claim charge that its lines do not add up to", example("17000", total_charge="99.00")),
    DemoRecord("The same line twice", example("11102", "11102", dx="D48.5")),
    DemoRecord("Bytes that are no JSON", raw=b"%PDF-1.7 not a claim"),
    DemoRecord("A record with an empty value", raw=b""),
    DemoRecord("Ten megabytes of an opening bracket", raw=b"[" * 10_000_000),
)
