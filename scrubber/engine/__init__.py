"""Claim, reference and payer policy in, verdict out."""

from scrubber.engine.scrub import Engine, filing_day, load_engine

__all__ = ["Engine", "filing_day", "load_engine"]
