"""Look for published advisories on every package that the given locks name.

Asks OSV, then PyPI, through pip-audit. A source counts only when it knows the advisories of a package that is known to
have some: a mirror that answers "nothing found" to everything is no source. Where none can be asked it says so in as
many words, and fails with --require. Exit codes: 0 nothing found, or nothing could be asked; 1 an advisory that nobody
accepted; 2 the file of accepted advisories will not do; 3 nothing could be asked, with --require.
"""
# ruff: noqa: INP001, T201 - a script that prints its report

import argparse
import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

OSV = "https://api.osv.dev/v1/query"
CANARY = "urllib3==1.24.1"  # CVE-2019-11324 and many since
ACCEPTED = Path(__file__).parent.parent / "requirements" / "accepted-advisories.toml"


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description="Look for advisories on what locks name.")
    parser.add_argument("locks", nargs="+", type=Path)
    parser.add_argument("--accepted", type=Path, default=ACCEPTED, help="TOML file of advisories to live with")
    parser.add_argument("--osv-url", default=OSV, help="where OSV's API answers")
    parser.add_argument("--require", action="store_true", help="fail when no source can be asked")
    given = parser.parse_args()
    try:
        accepted = read_accepted(given.accepted)
    except (ValueError, TypeError) as error:
        print(f"audit: {given.accepted}: {error}")
        return 2
    for source in (["--vulnerability-service", "osv", "--osv-url", given.osv_url], ["--vulnerability-service", "pypi"]):
        if any(dependency["vulns"] for dependency in ask(source, [CANARY]) or ()):
            return report(source, given.locks, accepted, require=given.require)
    print(
        "audit: NOT DONE. No source of advisories can be asked from here (OSV, PyPI): nothing is known about the locks."
    )
    return 3 if given.require else 0


def ask(source: list[str], pins: list[str]) -> list[dict[str, Any]] | None:
    """What a source knows of each pin, `name==version`; `vulns` is None where it cannot say. None: no answer."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pins))
        file.flush()
        command = [
            sys.executable, "-m", "pip_audit", *source, "--disable-pip", "--no-deps", "--requirement", file.name,
            "--format", "json", "--progress-spinner", "off", "--timeout", "15",
        ]  # fmt: skip
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        answers: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return [{"name": each["name"], "version": each.get("version"), "vulns": each.get("vulns")} for each in answers]


def pins_of(lock: Path) -> list[str]:
    """Every pin of a lock, whatever Python or platform it is for."""
    return re.findall(r"^[a-z0-9][\w.-]*==[\w.+!-]+", lock.read_text(encoding="utf-8"), re.MULTILINE)


def report(source: list[str], locks: list[Path], accepted: dict[str, dt.date], *, require: bool) -> int:
    """Print what the source knows; the exit code."""
    code, today = 0, dt.datetime.now(tz=dt.UTC).date()
    for lock in locks:
        pins = pins_of(lock)
        answers = ask(source, pins) or []
        told = [each for each in answers if each["vulns"] is not None]
        for each in told:
            for advisory in each["vulns"]:
                ids = {advisory["id"], *advisory["aliases"]}
                good = any(accepted.get(one, dt.date.min) >= today for one in ids)
                mended = ", ".join(advisory["fix_versions"]) or "no release yet"
                what = f"{advisory['id']} on {each['name']} {each['version']}, mended in {mended}"
                print(f"audit: {lock.name}: {'accepted' if good else 'ADVISORY'} {what}")
                code = code if good else 1
        print(f"audit: {lock.name}: {len(told)} of {len(pins)} packages asked about ({source[1]})")
        if len(told) < len(pins):
            missing = sorted({pin.partition("==")[0] for pin in pins} - {each["name"] for each in told})
            print(f"audit: {lock.name}: NOT DONE for {', '.join(missing)}")
            code = max(code, 3) if require and code == 0 else code
    return code


def read_accepted(path: Path) -> dict[str, dt.date]:
    """Advisory to the last day that it is accepted. ValueError for an entry without a reason or a day."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, entry in entries.items():
        if not isinstance(entry.get("reason"), str) or not isinstance(entry.get("until"), dt.date):
            raise TypeError(f"{name} needs a reason and a day, until = YYYY-MM-DD")
    return {name: entry["until"] for name, entry in entries.items()}


if __name__ == "__main__":
    sys.exit(main())
