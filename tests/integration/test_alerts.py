"""The alerts of deploy/, judged by Prometheus's own rule engine: each fires on what it is for, and only then."""

import json

import pytest
import yaml

from tests.deployed import alerts, manifest
from tests.toolbox import Toolbox, engine, toolbox

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

__all__ = ["engine", "toolbox"]

Series = dict[str, str]
IN = 'namespace="claims",pod="claim-scrubber-0"'
LAG = f'scrubber_lag_records{{{IN},partition="0"}}'
DEAD, BUG = (f'scrubber_dead_letters_total{{{IN},reason="{reason}"}}' for reason in ("not-json", "engine-error"))
CLAIMS = f"scrubber_claims_in_total{{{IN}}}"
OPEN, ASSIGNED = (f"scrubber_{state}_partitions{{{IN}}}" for state in ("open", "assigned"))
AGE = f'scrubber_commit_age_seconds{{{IN},partition="0"}}'
ABORTED = f'scrubber_transactions_aborted_total{{{IN},reason="kafka"}}'
REFUSED, TAKEN = (f'scrubber_rules_reloaded_total{{{IN},outcome="{outcome}"}}' for outcome in ("refused", "taken-up"))
INFO, OTHER = (f'scrubber_info{{namespace="claims",pod="claim-scrubber-{n}",digest="{n}"}}' for n in (0, 1))
DROPPED = f"scrubber_log_keys_dropped{{{IN}}}"

# Alert, what it is for and what it is not (a sample a minute), and the minute that is looked at. No other may fire.
CASES: list[tuple[str, Series, Series, int]] = [
    ("ScrubberNoWorkerReads", {OPEN: "6 6 0x20"}, {OPEN: "6 6 0 6x20"}, 10),
    ("ScrubberNoWorkerReads", {}, {OPEN: "6x20"}, 10),
    ("ScrubberCommitStalled", {OPEN: "6x20", AGE: "0+30x20"}, {OPEN: "6x20", AGE: "50x20"}, 10),
    ("ScrubberPartitionsNotOpen", {OPEN: "5x20", ASSIGNED: "6x20"}, {OPEN: "6 5 6x20", ASSIGNED: "6x20"}, 10),
    ("ScrubberLagGrows", {OPEN: "6x60", LAG: "120000+100x60"}, {OPEN: "6x60", LAG: "900000-9000x60"}, 40),
    ("ScrubberEngineErrors", {OPEN: "6x20", BUG: "0x10 1x10"}, {OPEN: "6x20", BUG: "1x20"}, 12),
    (
        "ScrubberDeadLetters",
        {OPEN: "6x60", DEAD: "0+2x60", CLAIMS: "0+100x60"},
        {OPEN: "6x60", DEAD: "0+1x60", CLAIMS: "0+1000x60"},
        40,
    ),
    ("ScrubberTransactionsAborted", {OPEN: "6x20", ABORTED: "0+2x20"}, {OPEN: "6x20", ABORTED: "0 5x20"}, 15),
    (
        "ScrubberRulesNotReloaded",
        {OPEN: "6x20", REFUSED: "0 1x20"},
        {OPEN: "6x20", TAKEN: "0 1x20", REFUSED: "0x20"},
        10,
    ),
    (
        "ScrubberRulesDiffer",
        {OPEN: "6x60", INFO: "1x60", OTHER: "1x60"},
        {OPEN: "6x60", INFO: "1x60", OTHER: "1x10"},
        50,
    ),
    ("ScrubberLogKeysDropped", {OPEN: "6x20", DROPPED: "1x20"}, {OPEN: "6x20", DROPPED: "0x20"}, 10),
]
NAMES = {str(alert["alert"]) for alert in alerts()}


def test_every_alert_has_a_case() -> None:
    assert {alert for alert, *_ in CASES} == NAMES


@pytest.mark.parametrize(("alert", "fires", "quiet", "minute"), CASES)
def test_an_alert_fires_on_what_it_is_for(
    toolbox: Toolbox, alert: str, fires: Series, quiet: Series, minute: int
) -> None:
    groups = json.loads(json.dumps(manifest("PrometheusRule")["spec"]))
    for rule in groups["groups"][0]["rules"]:
        del rule["annotations"]
        rule["labels"] = {"here": "yes"}
        # Which labels it has is not the question here, so one sample with none says that it fired.
        rule["expr"] = f"count({rule['expr']}) > 0"
    toolbox.put("/rules.yaml", yaml.safe_dump(groups))

    def unit(series: Series, firing: set[str]) -> dict[str, object]:
        return {
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [
                {"eval_time": f"{minute}m", "alertname": name,
                 "exp_alerts": [{"exp_labels": {"here": "yes"}}] if name in firing else []}
                for name in sorted(NAMES)
            ],
        }  # fmt: skip

    tests = {"rule_files": ["/rules.yaml"], "tests": [unit(fires, {alert}), unit(quiet, set())]}
    toolbox.put("/tests.yaml", yaml.safe_dump(tests))
    toolbox.must("promtool", "test", "rules", "/tests.yaml")


def test_the_rules_as_they_are_shipped_are_valid(toolbox: Toolbox) -> None:
    toolbox.put("/rules.yaml", yaml.safe_dump(manifest("PrometheusRule")["spec"]))
    assert f"{len(NAMES)} rules found" in toolbox.must("promtool", "check", "rules", "--lint-fatal", "/rules.yaml")
