"""Hold Kubernetes objects, YAML on stdin, against their schemas; runs in the image beside this file.

Kubernetes's own kinds against the JSON Schemas that kubernetes-validate carries, strictly: an unknown field is an
error. KEDA's and the Prometheus operator's against the models made from their CRDs. These ignore what they do not know,
so what they read is written again and compared. Prints each problem; exit 1 when there is one.
"""
# ruff: noqa: T201 - a script

import sys
from typing import Any

import kubernetes_validate
import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject
from cloudcoil.models.prometheus_operator.v1 import PodMonitor, PrometheusRule
from pydantic import ValidationError

CUSTOM: dict[str, Any] = {model.__name__: model for model in (ScaledObject, PodMonitor, PrometheusRule)}


def problems(manifest: dict[str, Any]) -> list[str]:
    """What is wrong with one object."""
    model = CUSTOM.get(manifest["kind"])
    if model is None:
        try:
            kubernetes_validate.validate(manifest, "1.32", strict=True)
        except kubernetes_validate.ValidationError as error:
            return [f"{'/'.join(map(str, error.path))}: {error.message}"]
        return []
    try:
        read = model.model_validate(manifest)
    except ValidationError as error:
        return [str(error)]
    written = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [f"not in the schema: {path}" for path in sorted(paths(manifest) - paths(written))]


def paths(value: object, at: str = "") -> set[str]:
    """Every path in it."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {at}
    for name, child in children:
        found |= paths(child, f"{at}/{name}")
    return found


failed = False
for document in yaml.safe_load_all(sys.stdin):
    print(f"{document['kind']} {document['metadata']['name']}")
    for problem in problems(document):
        failed = True
        print(f"  {problem}")
sys.exit(failed)
