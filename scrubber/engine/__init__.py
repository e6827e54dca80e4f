"""Claim, reference and payer policy in, verdict out."""

from scrubber.engine.scrub import Engine, filing_day
from scrubber.engine.sources import Sources, load_engine

__all__ = ["Engine", "Sources", "filing_day", "load_engine"]
