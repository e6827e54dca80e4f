"""A claim event in the form that claim-validator takes: the dict of its documentation."""

import re
from collections.abc import Container
from typing import Any

import msgspec
from claim_validator.shared.code_tables.hcpcs import get_hcpcs_table
from claim_validator.shared.code_tables.icd10 import get_icd10_table

_decode = msgspec.json.decode  # the quickest there is, so that decoding is not what the row is about


def to_form(value: bytes) -> dict[str, Any]:
    """Decode and map. Whatever claim-validator has a field for is filled in; codes it cannot hold make it raise."""
    event = _decode(value)
    subscriber, patient, payer = event["subscriber"], event["patient"], event["payer"]
    return {
        "billing_provider_npi": event["billing_provider"]["npi"],
        "billing_provider_taxonomy": event["billing_provider"]["taxonomy_code"],
        "rendering_provider_npi": event["rendering_provider"]["npi"],
        "subscriber_id": subscriber["member_id"],
        "subscriber_first_name": subscriber["first_name"],
        "subscriber_last_name": subscriber["last_name"],
        "subscriber_dob": subscriber["birth_date"],
        "subscriber_gender": subscriber["sex"],
        "patient_first_name": subscriber["first_name"],
        "patient_last_name": subscriber["last_name"],
        "patient_dob": patient["birth_date"],
        "patient_gender": patient["sex"],
        "patient_relationship": patient["relationship_code"],
        "payer_id": payer["id"],
        "payer_name": payer["name"],
        "place_of_service": event["place_of_service"],
        "total_charge": event["total_charge"],
        "filing_date": event["received_at"][:10],
        "diagnosis_codes": [{"code": code, "pointer": at} for at, code in enumerate(event["diagnoses"], 1)],
        "lines": [
            {
                "procedure_code": line["procedure_code"],
                "modifiers": line["modifiers"],
                "diagnosis_pointers": line["diagnosis_pointers"],
                "charge_amount": float(line["charge"]) / line["units"],  # it multiplies by the units itself
                "units": line["units"],
                "service_date_from": line["service_date_from"],
                "service_date_to": line["service_date_to"],
            }
            for line in event["service_lines"]
        ],
    }


REFUSED = b'{"refused":true}'
"""What is written for a claim that claim-validator's own form cannot hold (pydantic.ValidationError)."""


def known_procedures() -> Container[str]:
    """Codes in its procedure table."""
    table: dict[str, str] = get_hcpcs_table()
    return table


def known_diagnoses() -> Container[str]:
    """Codes in its diagnosis table that pass its check of the form too, which knows no letter after the digits."""
    table: dict[str, str] = get_icd10_table()
    return {code for code in table if re.fullmatch(r"[A-Z]\d\d(\.\d{1,4})?", code)}
