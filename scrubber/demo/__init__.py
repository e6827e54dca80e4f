"""The demo: invented claims, and a broker with a worker that lives only as long as it is watched."""

from scrubber.demo.claims import RECORDS, STRICT_POLICY, DemoRecord
from scrubber.demo.stage import Stage, StageError, open_stage

__all__ = ["RECORDS", "STRICT_POLICY", "DemoRecord", "Stage", "StageError", "open_stage"]
