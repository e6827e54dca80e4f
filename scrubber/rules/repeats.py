"""The same procedure again on one date: which modifier says so, and where two of them are no repetition."""

from scrubber.reference import Procedure
from scrubber.rules.visits import is_visit

AGAIN, AGAIN_TEST = "76", "91"

_TESTS = ("80047", "87999")
"""Clinical laboratory tests of CPT; pathology, from 88000 on, takes 76."""
_MICROBIOLOGY = ("87001", "87999")
"""Here 59 tells apart what one code finds: different species, strains or specimens."""
_SITES = frozenset(
    {
        "LT", "RT", "LC", "LD", "LM", "RC", "RI", "E1", "E2", "E3", "E4", "FA", "TA",
        *(f"{side}{number}" for side in "FT" for number in range(1, 10)),
    }
)  # fmt: skip


def repeat_modifier(code: Procedure) -> str | None:
    """What a repetition of the code carries: 91 for laboratory tests, else 76; None for visits, which take neither."""
    if is_visit(code):
        return None
    if code.kind in ("cpt-lab", "cpt-maaa") or _between(code, _TESTS):
        return AGAIN_TEST
    return AGAIN


def may_be_distinct(code: Procedure) -> bool:
    """Whether one code on several lines may stand for different findings, so that 59 is right there."""
    return _between(code, _MICROBIOLOGY)


def site(modifiers: tuple[str, ...]) -> frozenset[str]:
    """The modifiers that say where on the body."""
    return _SITES.intersection(modifiers)


def _between(code: Procedure, section: tuple[str, str]) -> bool:
    return code.kind == "cpt" and section[0] <= code.code <= section[1]
