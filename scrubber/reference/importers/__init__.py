"""Readers of published files. Each stops with a SourceError at whatever is not as published."""
