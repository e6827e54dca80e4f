"""Rows without a broker: claims from a file through one function, bytes to bytes, in a process of their own.

The process is `python -m tests.bench.<module> CLAIMS WARM COUNT`; its last line on stdout is the reading as JSON.
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .claims import read_claims
from .plan import ROOT, Reading, Row

_LONGEST_SECONDS = 120


def run_alone(row: Row, path: Path, warm: int, count: int, bundle: Path | None) -> Reading:
    """Start the row's process and read its result. `bundle`: the imported tables, for rows that want them."""
    env = os.environ | {"XDG_DATA_HOME": os.devnull, "SCRUBBER_REFERENCE_BUNDLE": str(bundle or "") if row.full else ""}
    command = [sys.executable, "-m", f"tests.bench.{row.module}", str(path), str(warm), str(count)]
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False
    )
    if done.returncode:
        message = f"{row.name} ended with {done.returncode}:\n{done.stderr[-2000:]}"
        raise RuntimeError(message)
    return Reading(**json.loads(done.stdout.splitlines()[-1]))


def measure(work: Callable[[bytes], bytes]) -> None:
    """What such a process does: warm up on the first claims, then time the following ones."""
    path, warm, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    claims = read_claims(path, 0, warm + count)
    for value in claims[:warm]:
        work(value)
    unseen = claims[warm:]
    # Long-lived objects out of the collector's sight, as a service does once it is up; the same for every row.
    gc.collect()
    gc.freeze()
    began, cpu = time.perf_counter(), time.process_time()
    for value in unseen:
        work(value)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"claims": count, "seconds": seconds, "cpu_seconds": cpu_seconds}))
