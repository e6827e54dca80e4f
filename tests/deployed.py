"""What deploy/ says, read for tests: its files as objects, and the environment that they give a worker."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPONENTS = sorted(path.name for path in (KUBERNETES / "components").iterdir())


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def manifests(folder: Path = KUBERNETES) -> Iterator[dict[str, Any]]:
    """Every object in the YAML files of a folder and below, kustomize's own among them."""
    for path in sorted(folder.rglob("*.yaml")):
        yield from documents(path)


def manifest(kind: str) -> dict[str, Any]:
    """The only one of its kind."""
    (found,) = (each for each in manifests() if each["kind"] == kind)
    return found


def pod() -> dict[str, Any]:
    """The workers' pod spec, without what components add."""
    spec: dict[str, Any] = manifest("StatefulSet")["spec"]["template"]["spec"]
    return spec


def worker_env() -> dict[str, str]:
    """The settings that every pod has."""
    lines = (KUBERNETES / "worker.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def component_env(name: str) -> dict[str, str]:
    """What a component adds to them."""
    (component,) = documents(KUBERNETES / "components" / name / "kustomization.yaml")
    operations = [each for patch in component.get("patches", ()) for each in yaml.safe_load(patch["patch"])]
    values = [each["value"] for each in operations if each["path"].endswith("/env/-")]
    return {value["name"]: value["value"] for value in values}


def compose() -> dict[str, Any]:
    (found,) = documents(DEPLOY / "compose.yaml")
    return dict(found)


def alerts() -> list[dict[str, Any]]:
    (group,) = manifest("PrometheusRule")["spec"]["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def metric_names(expression: str) -> set[str]:
    """The workers' metrics in a PromQL expression."""
    return set(re.findall(r"\bscrubber_[a-z_]+", expression))
