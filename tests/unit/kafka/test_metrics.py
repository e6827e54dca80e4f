import pytest
from aiokafka import errors as kafka

from scrubber.kafka.errors import FENCED, TOO_LARGE, TRANSIENT, reason_of
from scrubber.kafka.metrics import METRICS, Metric, Metrics

KNOWN = [metric for metric in METRICS if metric.values]


@pytest.mark.parametrize("metric", KNOWN, ids=lambda metric: str(metric.name))
def test_known_labels_are_there_before_anything_happened(metric: Metric) -> None:
    """An alert on an increase would miss the first time otherwise."""
    lines = Metrics().render(0, (), tasks=0).decode().splitlines()
    (label,) = metric.labels
    assert [line for line in lines if line.startswith(f"{metric.name}_total{{")] == [
        f'{metric.name}_total{{{label}="{value}"}} 0.0' for value in metric.values
    ]


def test_every_reason_for_giving_up_is_known() -> None:
    (aborted,) = (metric for metric in METRICS if metric.name == "scrubber_transactions_aborted")
    errors = (*FENCED, *TOO_LARGE, *TRANSIENT, kafka.RequestTimedOutError)
    assert {reason_of(error()) for error in errors} == set(aborted.values)
