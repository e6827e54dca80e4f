"""Strings that must not be seen."""


class Secret:
    """A string that shows itself only when asked by `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """`value`: the secret in clear."""
        self._value = value

    def reveal(self) -> str:
        """Return the secret in clear, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Never the value."""
        return "<hidden>"
