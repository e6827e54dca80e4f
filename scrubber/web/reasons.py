"""What /readyz says."""

from typing import Final

READY: Final = "ready"
NOT_READY: Final = {
    "broker-unreachable": "The consumer has not started yet.",
    "input-topic-missing": "The brokers do not know the input topic.",
    "joining": "The group has not given this worker its partitions yet, or a rebalance is under way.",
    "opening-partitions": "A partition's producer is being started, or is tried again after an error.",
    "broker-silent": "No broker has answered a fetch or a commit for longer than a session, and at least 10 s.",
    "stopping": "The worker drains.",
}
"""Every reason that /readyz can give with status 503."""
