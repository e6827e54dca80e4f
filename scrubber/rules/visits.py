"""Which procedures 24, 25 and 57 may stand on: more than those that a procedure's global days take in."""

from scrubber.reference import Procedure

_SECTION = (("98000", "98016"), ("99202", "99499"))
"""First and last code of the evaluation and management section of CPT, telemedicine visits apart."""
_LEVEL_2 = frozenset(
    {
        "G0101", "G0245", "G0246", "G0380", "G0381", "G0382", "G0383", "G0384", "G0402", "G0438", "G0439", "G0463",
        "G0466", "G0467", "G0468", "G0469", "G0470",
    }
)  # fmt: skip
"""Visits and examinations of HCPCS Level II, of clinics, hospitals and physicians."""


def is_visit(code: Procedure) -> bool:
    """Whether the code is an evaluation and management service, so that 25 and not 59 tells it apart."""
    in_section = code.kind == "cpt" and any(first <= code.code <= last for first, last in _SECTION)
    return code.em or in_section or code.code in _LEVEL_2


def takes_visit_modifiers(code: Procedure) -> bool:
    """Whether 24, 25 and 57 may stand on it. No list says so of Level II codes: nothing is held against them."""
    return code.kind == "hcpcs" or is_visit(code)
