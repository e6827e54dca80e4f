"""Check healthcare claims against the edits payers apply, before the payer does."""

__version__ = "0.1.0"
