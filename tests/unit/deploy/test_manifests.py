"""deploy/ against the product: settings, ports, pages, partitions, patience and metrics are those that there are."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from trustme import CA

import scrubber
from scrubber.kafka.metrics import METRICS
from scrubber.settings import Settings, names
from tests.deployed import (
    COMPONENTS,
    DEPLOY,
    ROOT,
    alerts,
    component_env,
    compose,
    manifest,
    metric_names,
    pod,
    worker_env,
)  # fmt: skip

# Of compose.yaml and the tests, not of the worker; the last names a settings file.
NO_SETTINGS = {"SCRUBBER_IMAGE", "SCRUBBER_CONFIG"}
SERIES = {
    metric.name + suffix
    for metric in METRICS
    for suffix in {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}[metric.kind]
}
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
WORKERS = [name for name in compose()["services"] if name.startswith("worker-")]


def settings(env: dict[str, str], folder: Path) -> Settings:
    """As a worker would load them; the files they name are there and hold a word, or a certificate."""
    for name, value in env.items():
        if name.endswith(("_FILE", "_BUNDLE")):
            file = folder / Path(value).name
            if name.startswith("SCRUBBER_TLS_"):
                CA().cert_pem.write_to_path(file)
            else:
                file.write_text("word\n", encoding="utf-8")
            env = {**env, name: str(file)}
    return Settings.load(env=env)


def test_every_variable_is_a_setting() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for path in files for name in re.findall(r"SCRUBBER_[A-Z0-9_]+", path.read_text(encoding="utf-8"))}
    assert len(named) > 15
    assert named - NO_SETTINGS <= {f"SCRUBBER_{name.upper()}" for name in names()} | {"SCRUBBER_"}


@pytest.mark.parametrize("component", [None, *COMPONENTS])
def test_the_pods_settings_will_do(component: str | None, tmp_path: Path) -> None:
    env = {**worker_env(), "SCRUBBER_INSTANCE": "claim-scrubber-0", **(component_env(component) if component else {})}
    loaded = settings(env, tmp_path)
    assert loaded.membership == "static"
    assert loaded.instance == "claim-scrubber-0"
    if component == "sasl":
        assert (loaded.security_protocol, loaded.sasl_password.reveal()) == ("SASL_SSL", "word")


@pytest.mark.parametrize("worker", WORKERS)
def test_the_settings_of_compose_will_do(worker: str, tmp_path: Path) -> None:
    assert settings(compose()["services"][worker]["environment"], tmp_path).instance == worker


def test_no_password_is_a_variable_and_no_secret_is_in_the_files() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"SCRUBBER_SASL_PASSWORD\b(?!_FILE)", text), path
            assert "kind: Secret\n" not in text, path


def test_pods_have_names_of_their_own_for_static_membership() -> None:
    (instance,) = (each for each in pod()["containers"][0]["env"] if each["name"] == "SCRUBBER_INSTANCE")
    assert instance["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    instances = [compose()["services"][worker]["environment"]["SCRUBBER_INSTANCE"] for worker in WORKERS]
    assert len(set(instances)) == len(instances) == 2


def test_the_version_is_this_one() -> None:
    assert manifest("Kustomization")["images"] == [{"name": "claim-scrubber", "newTag": scrubber.__version__}]
    tag = f"claim-scrubber:{scrubber.__version__}"
    assert compose()["services"]["worker-1"]["image"] == f"${{SCRUBBER_IMAGE:-{tag}}}"
    assert {*re.findall(r"claim-scrubber:\d[\w.]*", (DEPLOY / "README.md").read_text(encoding="utf-8"))} == {tag}


def test_whoever_stops_a_worker_waits_longer_than_it_drains() -> None:
    drain = float(worker_env()["SCRUBBER_DRAIN_SECONDS"])
    assert pod()["terminationGracePeriodSeconds"] >= drain + 5
    for worker in WORKERS:
        assert float(compose()["services"][worker]["stop_grace_period"].removesuffix("s")) >= drain + 5


def test_probes_and_scrapes_ask_for_pages_that_there_are() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    pages = re.findall(r'@app\.page\("([^"]+)"\)', (ROOT / "scrubber" / "web" / "pages.py").read_text(encoding="utf-8"))
    (container,) = pod()["containers"]
    (port,) = container["ports"]
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    (endpoint,) = manifest("PodMonitor")["spec"]["podMetricsEndpoints"]

    assert f"SCRUBBER_WEB_PORT={port['containerPort']}" in dockerfile
    assert {probe["path"] for probe in probes.values()} | {endpoint["path"]} <= set(pages)
    assert (probes["livenessProbe"]["path"], probes["readinessProbe"]["path"]) == ("/healthz", "/readyz")
    assert {probe["port"] for probe in probes.values()} | {endpoint["port"]} == {port["name"]}
    for worker in WORKERS:
        (published,) = compose()["services"][worker]["ports"]
        assert published.startswith("127.0.0.1:")
        assert published.endswith(f":{port['containerPort']}")


def test_a_pod_may_do_next_to_nothing() -> None:
    spec = pod()
    (container,) = spec["containers"]
    user = re.search(r"^USER (\d+):(\d+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert user is not None
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert (spec["securityContext"]["runAsUser"], spec["securityContext"]["runAsGroup"]) == tuple(
        map(int, user.groups())
    )
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert container["resources"]["limits"]["memory"] == "1Gi"


def test_the_network_policy_lets_in_scrapes_and_out_to_kafka() -> None:
    policy = manifest("NetworkPolicy")["spec"]
    labels = manifest("StatefulSet")["spec"]["template"]["metadata"]["labels"]
    (ingress,) = policy["ingress"]
    brokers = worker_env()["SCRUBBER_BOOTSTRAP_SERVERS"].split(",")
    out = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["podSelector"]["matchLabels"] == labels
    assert ingress["ports"] == [{"port": "pages"}]
    assert ingress["from"]
    assert out == {53, *(int(broker.rpartition(":")[2]) for broker in brokers)}


def test_keda_asks_for_what_the_workers_read() -> None:
    scaled = manifest("ScaledObject")["spec"]
    (trigger,) = scaled["triggers"]
    env = worker_env()
    partitions = tomllib.loads((ROOT / "topics" / "topics.toml").read_text(encoding="utf-8"))["partitions"]
    down = scaled["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]

    assert scaled["maxReplicaCount"] == partitions
    assert trigger["metadata"]["bootstrapServers"] == env["SCRUBBER_BOOTSTRAP_SERVERS"]
    assert trigger["metadata"]["consumerGroup"] == env["SCRUBBER_GROUP"]
    assert trigger["metadata"]["topic"] == env["SCRUBBER_INPUT_TOPIC"]
    assert scaled["scaleTargetRef"]["name"] == manifest("StatefulSet")["metadata"]["name"]
    # The one before has been missed for a session by then, and its partitions are read again.
    for policy in down["policies"]:
        assert policy["value"] == 1
        assert policy["periodSeconds"] * 1000 > 2 * int(env["SCRUBBER_SESSION_TIMEOUT_MS"])


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_alerts_ask_for_metrics_that_there_are_and_say_what_to_do(alert: dict[str, Any]) -> None:
    assert metric_names(alert["expr"])
    assert metric_names(alert["expr"]) <= SERIES
    page, _, anchor = alert["annotations"]["runbook"].partition("#")
    assert page == "docs/operations.md"
    assert anchor in [heading.lower() for heading in re.findall(r"^#+ (\S+)$", OPERATIONS, re.MULTILINE)]
    for label, value in re.findall(r'(\w+)="([^"]+)"', alert["expr"]):
        known = {(name, each) for metric in METRICS for name in metric.labels for each in metric.values}
        assert (label, value) in known


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    dashboard = json.loads((DEPLOY / "dashboards" / "claim-scrubber.json").read_text(encoding="utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    asked = set[str]().union(*map(metric_names, expressions))
    assert len(expressions) > 8
    assert asked <= SERIES
