"""Which side a diagnosis names, worked out from its description.

A word alone does not tell: the right upper quadrant and the left ventricle are no sides of a pair. So a code counts as
left or right only when another code of its category has the same description with the word turned round.
"""

import re
from collections.abc import Mapping

_SIDE = re.compile(r"\b(left|right)\b", re.IGNORECASE)
_BOTH = re.compile(r"\bbilateral\b", re.IGNORECASE)
_ABDOMEN = re.compile(r"\b(left|right) (upper|lower) quadrant\b", re.IGNORECASE)
_OTHER = {"left": "right", "right": "left"}


def sides(descriptions: Mapping[str, str]) -> dict[str, str]:
    """Code -> `L`, `R`, or `B` for bilateral; codes that name no side are left out."""
    known = {(code[:3], text.lower()) for code, text in descriptions.items()}
    found = {}
    for code, text in descriptions.items():
        named = {match.lower() for match in _SIDE.findall(text)}
        if not named and _BOTH.search(text):
            found[code] = "B"
        elif len(named) == 1 and not _ABDOMEN.search(text):
            mirrored = _SIDE.sub(lambda match: _OTHER[match[0].lower()], text.lower())
            if (code[:3], mirrored) in known:
                found[code] = "L" if named == {"left"} else "R"
    return found
