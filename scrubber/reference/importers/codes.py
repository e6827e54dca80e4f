"""The form of codes: nothing about which of them exist."""

import re

from scrubber.reference.importers.parsed import Refused

_PROCEDURE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")


def is_procedure(text: str) -> bool:
    """Whether `text` has the form of a CPT or HCPCS code."""
    return _PROCEDURE.fullmatch(text) is not None


class Procedures(dict[str, str]):
    """Text -> procedure code, each text looked at once, so that equal codes are one object."""

    def __missing__(self, text: str) -> str:
        """Refused when `text` has not the form of a code."""
        code = text.strip()
        if not is_procedure(code):
            raise Refused("a procedure code", code)
        found = self[text] = code if code == text else self[code]
        return found
