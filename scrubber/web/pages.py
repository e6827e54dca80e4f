"""/healthz, /readyz and /metrics, through Faust's web server."""

from typing import Any, Final

import faust
from prometheus_client import CONTENT_TYPE_LATEST

from scrubber.kafka.loop import ClaimLoop
from scrubber.kafka.metrics import Metrics

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


def add_pages(app: faust.App, claims: ClaimLoop, metrics: Metrics) -> None:
    """Register the three pages. Reference data is loaded before there are any, so no page speaks of it."""

    @app.page("/healthz")
    async def healthz(view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's views are not typed
        """200 whenever the event loop turns: that this answers is the check. Kafka's state is not: a restart mends none."""
        return view.json({"status": "ok"})

    @app.page("/readyz")
    async def readyz(view: Any, _request: Any) -> Any:  # noqa: ANN401
        """200 when claims flow: joined, and every partition assigned is open. Otherwise 503 with a word from NOT_READY."""
        reason = claims.why_not_ready()
        return view.json({"status": reason or READY, "partitions": claims.assigned}, status=503 if reason else 200)

    @app.page("/metrics")
    async def metrics_page(view: Any, _request: Any) -> Any:  # noqa: ANN401
        """Prometheus's text format."""
        body = metrics.render(claims.assigned, claims.states())
        return view.bytes(body, headers={"Content-Type": CONTENT_TYPE_LATEST})
