"""What can go wrong with reference data. All of it concerns published tables, never a claim, so messages may quote."""


class ReferenceDataError(ValueError):
    """Reference data that cannot be used: which file, what was expected, what to do."""


class SourceError(ReferenceDataError):
    """A published file that is not what it should be: the file, the line, what was expected, what to do."""

    def __init__(self, file: str, line: int | None, expected: str, do: str) -> None:
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: expected {expected}. {do}")
