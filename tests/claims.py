"""Invented claims for the tests that need bytes rather than Structs."""

import copy
import json
from typing import Any

_CLAIM: dict[str, Any] = {
    "claim_id": "T-1",
    "claim_type": "professional",
    "claim_frequency_code": "1",
    "received_at": "2026-09-18T14:03:00Z",
    "payer": {"id": "MEDICARE-B", "name": "Medicare Part B", "line_of_business": "medicare", "policy": "medicare"},
    "subscriber": {"member_id": "TEST0000001", "birth_date": "1960-02-11", "sex": "F"},
    "patient": {"relationship_code": "18", "birth_date": "1960-02-11", "sex": "F", "account_number": "ACCT-1"},
    "billing_provider": {"npi": "1234567893", "taxonomy_code": "207N00000X", "tax_id": "000000000"},
    "rendering_provider": {"npi": "1234567893", "taxonomy_code": "207N00000X"},
    "place_of_service": "11",
    "total_charge": "75.00",
    "diagnoses": ["L57.0"],
    "service_lines": [
        {
            "line_number": 1,
            "procedure_code": "17000",
            "modifiers": [],
            "units": 1,
            "charge": "75.00",
            "service_date_from": "2026-09-15",
            "service_date_to": "2026-09-15",
            "diagnosis_pointers": [1],
        }
    ],
}


def claim(claim_id: str = "T-1", *, units: int = 1) -> dict[str, Any]:
    """Units of 17000 on one date: one passes, three get a fix suggested."""
    made = copy.deepcopy(_CLAIM)
    made["claim_id"] = claim_id
    made["total_charge"] = made["service_lines"][0]["charge"] = f"{75 * units}.00"
    made["service_lines"][0]["units"] = units
    return made


def claim_bytes(claim_id: str = "T-1", *, units: int = 1) -> bytes:
    """The same, as JSON."""
    return json.dumps(claim(claim_id, units=units)).encode()
