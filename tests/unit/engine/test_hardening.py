"""Claims that once broke something: each stands for a kind of mistake."""

import datetime as dt
import json
import time
from typing import Any

import jsonpatch
import msgspec
import pytest

from scrubber.contract import ContractError, Verdict, decode_claim, encode_verdict
from scrubber.engine import Engine, filing_day, load_engine
from scrubber.engine.examples import scrub_example
from scrubber.engine.patch import apply_patch
from scrubber.rules.example import Example, example
from tests.properties import instructions

AS_OF = dt.date(2026, 9, 18)
NAME = "JOHN Q PATIENT"


def _rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


def _changed(sample: Example, **fields: Any) -> bytes:
    """The example with fields of its first line changed."""
    event = sample.event()
    event["service_lines"][0] |= fields
    return json.dumps(event).encode()


@pytest.mark.parametrize(
    "value",
    [
        _changed(example("20983"), service_date_to="2026-09-14"),
        json.dumps(example("99213", dx="S72", date="2015-01-01").event()).encode(),
        json.dumps(example("17000x3", "17003").event()).encode().replace(b'"units": 1', b'"units": -3'),
        json.dumps(example("17000/9999-12-31", "99213").event()).encode(),
        json.dumps(example("17004", "17003x2@-5.00", total_charge="9999999999.99").event()).encode(),
        json.dumps(example("17000", received_at="0001-01-01T00:00:00+05:00").event()).encode(),
        _changed(example("17000"), service_date_from="0001-01-01", service_date_to="9999-12-31"),
        json.dumps(example("17000", service_lines=[], total_charge=None, diagnoses=[]).event()).encode(),
        _changed(example("17000x3"), line_number=9999),
        # Billed as 17004 together, they would cost more than a charge can say; the total as received does not tell.
        json.dumps(example(*["17000@9999999999.99"] * 15, total_charge="75.00").event()).encode(),
    ],
)
def test_no_claim_makes_the_engine_fail(engine: Engine, value: bytes) -> None:
    claim = decode_claim(value)
    encode_verdict(engine.scrub(claim, as_of=filing_day(claim, default=AS_OF)))


@pytest.mark.parametrize(
    "change",
    [{"diagnoses": ["E11.9"] * 51}, {"documentation": ["x"] * 201}, {"condition_codes": ["45"] * 51}],
)
def test_lists_are_bounded(change: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match="invalid-length"):
        decode_claim(json.dumps(example("17000", **change).event()).encode())


def test_no_fix_makes_a_claim_that_nobody_can_read(engine: Engine) -> None:
    full = example("17000x3", *["99213-25"] * 49)
    assert not any("17003" in fix.title for fix in scrub_example(engine, full).fixes), "it would be the 51st line"
    assert any("17003" in fix.title for fix in scrub_example(engine, example("17000x3")).fixes)


@pytest.mark.parametrize("field", ["line_number", "diagnosis_pointers"])
def test_numbers_are_bounded(field: str) -> None:
    value = 10**30 if field == "line_number" else [10**30]
    with pytest.raises(ContractError):
        decode_claim(_changed(example("17000"), **{field: value}))


def test_the_worst_claim_is_answered_in_bounded_work(engine: Engine) -> None:
    """The number of times a claim is resolved is bounded; the clock only guards against runaways."""
    lines = [line for _ in range(10) for line in ("20983", "77013", "99213", "17000", "57520")]
    headings = "S72 L57 M80 S52 S82 M84 T40 H40 E11 E10 I63 C50"
    claim = example(*lines, dx=headings).claim()
    began = time.perf_counter()
    verdict = engine.scrub(claim, as_of=AS_OF)
    assert time.perf_counter() - began < 5
    assert len(encode_verdict(verdict)) < 500_000


_PAIRED = ["20983", "77013", "99213", "17000", "57520"] * 10
_HEADINGS = "S72 L57 M80 S52 S82 M84 T40 H40 E11 E10 I63 C50"


@pytest.mark.parametrize(
    ("worst", "most"),
    [
        (example("17000", "17000", "17000", dx="S06.0 " * 50), 4_500_000),
        (example(*_PAIRED, dx=_HEADINGS), 4_000_000),
        (example(*["20983"] * 50, dx="C79.51", documentation=["x"]), 2_000_000),
        (example(*["99213"] * 15, *["20983"] * 15, *["17000"] * 20), 6_500_000),
    ],
)
def test_the_worst_claims_known_do_not_get_worse(engine: Engine, worst: Example, most: int) -> None:
    """In instructions of Python, of which a slow machine does some 50 million a second. The first took a second."""
    claim = worst.claim()
    engine.scrub(claim, as_of=AS_OF)
    assert instructions(lambda: engine.scrub(claim, as_of=AS_OF)) < most


def test_free_text_in_place_of_a_code_is_never_repeated(engine: Engine) -> None:
    changes = (
        {"modifiers": ["59", "LT", "RT"]},
        {"modifiers": ["76", "25"], "units": 0},
        {"modifiers": ["ZZ"], "charge": "0.00", "place_of_service": "88"},
    )
    for change in changes:
        for other in ("99213", "17000"):
            event = example(other, other).event()
            event["service_lines"] = [line | {"procedure_code": NAME} | change for line in event["service_lines"]]
            event |= {"diagnoses": [NAME, "L57.0"], "documentation": [NAME]}
            verdict = engine.scrub(msgspec.convert(event, type(example("17000").claim())), as_of=AS_OF)
            assert verdict.findings
            assert NAME not in encode_verdict(verdict).decode()


def test_dropping_a_line_leaves_findings_of_other_lines_the_same(engine: Engine) -> None:
    verdict = scrub_example(engine, example("20983", "77013", dx="C79.5"))
    assert "Remove 77013 (line 2)" in [fix.title for fix in verdict.fixes]


def test_line_numbers_do_not_matter_to_a_proof(engine: Engine) -> None:
    event = example("17004", "17003x2", "99213").event()
    for line in event["service_lines"]:
        line["line_number"] = 0
    verdict = engine.scrub(msgspec.convert(event, type(example("17000").claim())), as_of=AS_OF)
    assert verdict.disposition == "fix-suggestion"


def test_a_primary_leaves_with_its_add_ons(engine: Engine) -> None:
    verdict = scrub_example(engine, example("17004", "17000", "17003x2"))
    assert verdict.disposition == "fix-suggestion"
    assert "Remove 17000 (line 2) and 17003 (line 3)" in [fix.title for fix in verdict.fixes]


def test_a_patch_fits_a_claim_that_leaves_out_empty_lists(engine: Engine) -> None:
    event = example("99213", "17000").event()
    for line in event["service_lines"]:
        del line["modifiers"]
    verdict = engine.scrub(decode_claim(json.dumps(event).encode()), as_of=AS_OF)
    (fix,) = verdict.fixes
    patched = jsonpatch.apply_patch(event, json.loads(msgspec.json.encode(fix.patch)))
    assert patched["service_lines"][0]["modifiers"] == ["25"]


@pytest.mark.parametrize(
    "lines", [["17000x3@0.00"], ["17000x3@0.02"], ["17000-76x1", "17000"], ["17000-LT", "17000-RT"]]
)
def test_no_recoding_where_money_or_facts_would_be_made_up(engine: Engine, lines: list[str]) -> None:
    verdict = scrub_example(engine, example(*lines))
    assert "lesion-count" in _rules(verdict)
    assert verdict.disposition == "denial-risk"


@pytest.mark.parametrize(
    ("lines", "date", "bypassed"),
    [
        (["20983-RT", "77013"], "2026-09-15", False),
        (["20983", "77013-RT"], "2026-09-15", True),
        (["20983-59", "77013"], "2026-09-15", True),
        (["17110-59", "17000"], "2019-06-30", False),
        (["17110-59", "17000"], "2019-07-01", True),
    ],
)
def test_which_modifier_on_which_column_opens_a_pair(
    engine: Engine, lines: list[str], date: str, bypassed: bool
) -> None:
    sample = example(*lines, dx="C79.51 L57.0", date=date)
    found = "ptp-unless-separate" in _rules(scrub_example(engine, sample))
    live = "ptp-unless-separate" in _rules(scrub_example(engine, example(*(x[:5] for x in lines), date=date)))
    assert found == (live and not bypassed)


@pytest.mark.parametrize("payer", ["aetna", "cigna", "default", "unitedhealthcare", "blue-cross-blue-shield"])
def test_a_tracking_code_is_never_alone_whoever_pays(engine: Engine, payer: str) -> None:
    assert "tracking-code-alone" in _rules(scrub_example(engine, example("3753F@0.00", payer=payer)))


def test_a_visit_keeps_25_where_its_own_day_needs_it(engine: Engine) -> None:
    sample = example("99213-25/2026-09-14", "17000/2026-09-14", "57520", dx="L57.0 N87.1")
    verdict = scrub_example(engine, sample)
    assert verdict.disposition == "fix-suggestion"
    fixed = apply_patch(sample.claim(), verdict.fixes[0].patch)
    assert set(fixed.service_lines[0].modifiers) == {"25", "57"}


def test_a_dependent_does_not_borrow_the_subscribers_sex(engine: Engine) -> None:
    sample = example("57520", dx="N87.1", sex="M", patient={"relationship_code": "01", "birth_date": "1980-01-01"})
    verdict = scrub_example(engine, sample)
    assert "procedure-sex" not in _rules(verdict)
    assert {e.family: e.reason for e in verdict.coverage}["sex"] == "field-absent"


def test_a_void_is_checked_for_its_form_only(engine: Engine) -> None:
    verdict = scrub_example(engine, example("17000x3", claim_frequency_code="8", original_reference_number="TESTICN1"))
    assert (verdict.disposition, verdict.findings) == ("pass", ())
    assert {e.family: e.reason for e in verdict.coverage}["ncci-mue"] == "void-claim"


CLEAN = {
    "ambulance": example("A0429-RH", "A0425-RHx8", dx="R55"),
    "lower case and blanks": example("99213", dx="i10", service_lines=[
        {"procedure_code": " 99213 ", "modifiers": ["lt", ""], "units": 1, "charge": "75.00",
         "service_date_from": "2026-09-15", "diagnosis_pointers": [1]}]),
    "facility at home without an NPI": example("17000", service_facility={"name": "TEST HOME"}),
    "vaccine administration of 2021": example("0001A", dx="Z23", date="2021-03-01"),
    "screened breast opposite to the one removed": example("77067-LT", dx="Z12.31 Z90.11"),
    "two knees": example("99213", dx="M23.221 S83.242A"),
    "fiscal years": example("99213#1/2025-09-30", "99214#2/2025-10-01", dx="I10 E11.A",
                            received_at="2025-10-02T00:00:00Z"),
    "a later time zone": example("99213", received_at="2026-09-14T22:30:00Z"),
    "institutional": example("17000", claim_type="institutional", type_of_bill="131", claim_frequency_code="2",
                             service_lines=[
        {"revenue_code": "0250", "units": 1, "charge": "40.00"},
        {"revenue_code": "0250", "units": 1, "charge": "55.00"},
        {"revenue_code": "0022", "procedure_code": "KAGD1", "units": 1, "charge": "0.00"},
        {"revenue_code": "0761", "procedure_code": "17000", "units": 1, "charge": "75.00",
         "service_date_from": "2026-09-15"}], total_charge="170.00"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_clean_claims_pass(engine: Engine, name: str) -> None:
    verdict = scrub_example(engine, CLEAN[name])
    assert verdict.disposition == "pass", [finding.message for finding in verdict.findings]


@pytest.mark.parametrize(
    "on_file",
    [
        [
            "Patient's diagnosis and the need for ablation therapy",
            "Specific details of the procedure, including the use of cryoablation and any imaging guidance",
            "Date of the procedure",
            "Start and end time of the procedure",
            "Details of the tumor(s) treated, including size and location",
            "Confirmation of the freezing probe's position at the tumor site",
            "Progress made during the procedure",
            "Signature of the provider performing the procedure",
        ],
        [
            "diagnosis", "Cryoablation", "imaging guidance", "procedureDate", "Start time", "End time",
            "Tumour size & location", "probe position", "progress notes", "Provider's signature",
        ],
    ],
)  # fmt: skip
def test_documentation_in_the_words_people_use(engine: Engine, on_file: list[str]) -> None:
    verdict = scrub_example(engine, example("20983", dx="C79.51", documentation=on_file))
    assert verdict.disposition == "pass", [finding.message for finding in verdict.findings]


def test_half_an_element_is_not_the_element(engine: Engine) -> None:
    verdict = scrub_example(
        engine, example("20983", dx="C79.51", documentation=["tumor size", "start time", "guidance"])
    )
    said = verdict.findings[0].message
    assert "Size and place" in said
    assert "When the procedure began" in said
    assert "imaging guided" in said


def test_a_stay_is_filed_in_time_by_its_last_day(engine: Engine) -> None:
    event = example("17000", date="2025-09-10", received_at="2026-09-18T00:00:00Z").event()
    event["service_lines"][0]["service_date_to"] = "2025-09-20"
    for kind, late in (("professional", True), ("institutional", False)):
        claim = decode_claim(json.dumps(event | {"claim_type": kind, "type_of_bill": "111"}).encode())
        assert ("timely-filing" in _rules(engine.scrub(claim, as_of=AS_OF))) == late


def test_a_code_that_ended_cites_the_list_that_says_so(engine: Engine) -> None:
    (finding,) = scrub_example(engine, example("J1030", dx="M17.11")).findings
    assert finding.rule == "procedure-not-valid"
    assert finding.source.startswith("HCPCS")


def test_what_is_remembered_of_lines_is_bounded_over_all_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each release had a bound of its own: together they could fill the memory of a worker."""
    monkeypatch.setattr("scrubber.engine.views._MEMO_LIMIT", 50)
    fresh = load_engine()
    for year in range(2012, 2027):
        lines = [f"99213x{units}/{year}-0{month}-01" for units in range(1, 6) for month in range(1, 10)]
        fresh.scrub(example(*lines).claim(), as_of=AS_OF)
    (views,) = fresh._views.values()
    assert len(views._by_release) > 10
    assert sum(map(len, views._by_release.values())) <= 50


@pytest.mark.parametrize(
    ("field", "value"),
    [("place_of_service", "1" * 201), ("diagnoses", [" " * 200 + "L57.0"]), ("documentation", ["x" * 1001])],
)
def test_texts_are_bounded(field: str, value: Any) -> None:
    """A verdict may repeat some of them, and the engine remembers others."""
    with pytest.raises(ContractError, match="invalid-length"):
        decode_claim(json.dumps(example("17000").event() | {field: value}).encode())
    with pytest.raises(ContractError, match="invalid-length at /service_lines/0/modifiers/0"):
        decode_claim(_changed(example("17000"), modifiers=["9" * 201]))
