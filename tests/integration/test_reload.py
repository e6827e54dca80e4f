"""New tables and policies under a running worker."""

import json
import shutil
from pathlib import Path

import pytest

from scrubber.contract import decode_verdict
from scrubber.reference import data_folder
from scrubber.reference.bundle.imported import Imported, add_tables
from scrubber.reference.bundle.pairs import compile_pairs
from scrubber.reference.importers.ptp import PtpRow
from scrubber.reference.manifest import TableInfo
from tests.claims import claim_bytes
from tests.sites import Site, wait_until

pytestmark = pytest.mark.broker


def write_pairs(path: Path, release: str, indicator: int) -> None:
    """A table of one pair, which the claims below bill."""
    compiled = compile_pairs([PtpRow("17000", "17003", 20200101, 0, indicator, "")])
    info = TableInfo(
        kind="ptp", file="f", source="TEST PTP", release=release, publisher="p", licence="l", complete=True,
        imported=True, changes=tuple(compiled.changes), edition=compiled.changes[0],
    )  # fmt: skip
    add_tables(path, {Imported(info, {}, tuple(compiled.rationales)): compiled.sections})


async def verdicts(site: Site, seen: int, name: str) -> list[tuple[str, list[str]]]:
    """Publish ten claims and give the digest and rules of their verdicts."""
    await site.publish([(str(number).encode(), claim_bytes(f"{name}-{number}"), []) for number in range(10)])
    records = await site.read(seen + 10)
    found = [decode_verdict(record.value) for record in records]
    return [
        (verdict.ruleset.digest, [finding.rule for finding in verdict.findings])
        for verdict in found
        if verdict.claim_id.startswith(f"{name}-")
    ]


async def test_a_new_bundle_and_a_new_policy_are_taken_up_and_a_broken_one_is_not(site: Site, tmp_path: Path) -> None:
    bundle, payers = tmp_path / "reference.bundle", tmp_path / "payers"
    shutil.copytree(data_folder() / "payers", payers)
    write_pairs(bundle, "2026Q1", 1)
    with site.worker(reference_bundle=bundle, payer_folder=payers, reload_seconds=0.2) as worker:
        before = await verdicts(site, 0, "before")

        write_pairs(bundle, "2026Q2", 0)
        wait_until(lambda: len(worker.events("rules-reloaded")) == 1, 10, worker.text)
        tables = await verdicts(site, 10, "tables")

        medicare = payers / "medicare.toml"
        medicare.write_text(medicare.read_text().replace('title = "Medicare"', 'title = "Medicare, changed"'))
        wait_until(lambda: len(worker.events("rules-reloaded")) == 2, 10, worker.text)
        policy = await verdicts(site, 20, "policy")

        bundle.write_bytes(bundle.read_bytes()[:-1])
        wait_until(lambda: bool(worker.events("rules-not-reloaded")), 10, worker.text)
        broken = await verdicts(site, 30, "broken")
        metrics = worker.get("/metrics")[1]
        assert worker.stop() == 0

    digests = [{digest for digest, _ in each} for each in (before, tables, policy, broken)]
    assert [len(each) for each in digests] == [1, 1, 1, 1]
    assert digests[0] != digests[1] != digests[2] == digests[3]
    assert [line["digest"] for line in worker.events("rules-reloaded")] == [*digests[1], *digests[2]]
    (line,) = worker.events("rules-not-reloaded")
    assert "reference.bundle" in line["problem"]
    assert f'digest="{next(iter(digests[3]))}"' in metrics
    assert 'scrubber_rules_reloaded_total{outcome="taken-up"} 2.0' in metrics
    assert 'scrubber_rules_reloaded_total{outcome="refused"} 1.0' in metrics


async def test_a_worker_does_not_start_on_a_damaged_bundle(site: Site, tmp_path: Path) -> None:
    bundle = tmp_path / "reference.bundle"
    write_pairs(bundle, "2026Q1", 1)
    content = bytearray(bundle.read_bytes())
    content[-1] ^= 1
    bundle.write_bytes(content)
    with site.starting(reference_bundle=bundle) as worker:
        assert worker.process.wait(20) == 8
    (line,) = worker.events("reference-not-loaded")
    assert "damaged" in line["problem"]
    assert json.dumps(str(bundle))[1:-1] in line["problem"]
