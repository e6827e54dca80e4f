"""deploy/kubernetes as kustomize builds it, against the schemas of Kubernetes, KEDA and the Prometheus operator."""

import pytest
import yaml

from tests.deployed import COMPONENTS
from tests.toolbox import Toolbox, engine, toolbox

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

__all__ = ["engine", "toolbox"]

_OVERLAY = """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: claims
resources: [../deploy/kubernetes]
components: [{}]
"""


def built(toolbox: Toolbox, *components: str) -> str:
    """The objects of an overlay as a user would write one."""
    toolbox.must("mkdir", "-p", "/overlay")
    named = ", ".join(f"../deploy/kubernetes/components/{name}" for name in components)
    toolbox.put("/overlay/kustomization.yaml", _OVERLAY.format(named))
    return toolbox.must("kubectl", "kustomize", "/overlay")


def judged(toolbox: Toolbox, objects: str) -> tuple[int, str]:
    toolbox.put("/objects.yaml", objects)
    return toolbox.run("sh", "-c", "/opt/tools/bin/python /validate.py < /objects.yaml")


@pytest.mark.parametrize("components", [(), tuple(COMPONENTS)], ids=["alone", "with every component"])
def test_the_objects_fit_their_schemas(toolbox: Toolbox, components: tuple[str, ...]) -> None:
    objects = built(toolbox, *components)
    code, words = judged(toolbox, objects)
    assert code == 0, words
    assert len(words.splitlines()) == len(list(yaml.safe_load_all(objects))) == (9 if components else 6)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("podManagementPolicy: Parallel", "podManagementPolicies: Parallel"),
        ("maxReplicaCount: 6", "maxReplicas: 6"),
        ("maxReplicaCount: 6", "maxReplicaCount: many"),
        ("alert: ScrubberEngineErrors", "alerts: ScrubberEngineErrors"),
        ("interval: 15s", "intervals: 15s"),
    ],
)
def test_the_judge_sees_a_slip(toolbox: Toolbox, right: str, wrong: str) -> None:
    objects = built(toolbox, *COMPONENTS)
    assert right in objects
    code, words = judged(toolbox, objects.replace(right, wrong))
    assert code == 1, words


def test_components_change_the_pods(toolbox: Toolbox) -> None:
    objects = {each["kind"]: each for each in yaml.safe_load_all(built(toolbox, *COMPONENTS))}
    spec = objects["StatefulSet"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    env = [each["name"] for each in container["env"]]
    assert "replicas" not in spec  # KEDA's business
    assert {volume["name"] for volume in spec["template"]["spec"]["volumes"]} == {"reference", "kafka"}
    assert all(mount["readOnly"] for mount in container["volumeMounts"])
    assert {"SCRUBBER_INSTANCE", "SCRUBBER_REFERENCE_BUNDLE", "SCRUBBER_SASL_PASSWORD_FILE"} <= set(env)
    assert len(set(env)) == len(env)
    assert container["envFrom"] == [{"configMapRef": {"name": objects["ConfigMap"]["metadata"]["name"]}}]
