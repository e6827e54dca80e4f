"""Habits that let data become code stay out of scrubber/: the linter of CI knows them, and nobody silenced it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HABITS = {
    "S301": "import pickle\npickle.loads(b'')\n",
    "S307": "eval(input())\n",
    "S102": "exec(input())\n",
    "S506": "import yaml\nyaml.load('', Loader=yaml.Loader)\n",
    "S602": "import subprocess\nsubprocess.run(input(), shell=True, check=True)\n",
    "S605": "import os\nos.system(input())\n",
    "S501": "import requests\nrequests.get('https://localhost', verify=False, timeout=1)\n",
    "S323": "import ssl\nssl._create_unverified_context()\n",
    "S324": "import hashlib\nhashlib.md5(b'')\n",
}


@pytest.mark.parametrize("code", HABITS)
def test_the_linter_knows_the_habit(code: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    command += ["--stdin-filename", "scrubber/kafka/probe.py", "-"]
    done = subprocess.run(command, cwd=ROOT, input=HABITS[code], capture_output=True, text=True, check=False)
    assert f" {code} " in done.stdout, done.stderr


def test_nobody_silenced_it() -> None:
    silenced = {
        f"{path.relative_to(ROOT)}: {code}"
        for path in (ROOT / "scrubber").rglob("*.py")
        for code in re.findall(r"# (?:ruff: )?noqa: .*?\b(S\d+)", path.read_text(encoding="utf-8"))
        if code in HABITS
    }
    assert not silenced
