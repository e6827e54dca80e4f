"""/healthz, /readyz and /metrics, through Faust's web server."""

import asyncio
from typing import Any

import faust
from prometheus_client import CONTENT_TYPE_LATEST

from scrubber.kafka.loop import ClaimLoop
from scrubber.kafka.metrics import Metrics
from scrubber.web.reasons import READY


def add_pages(app: faust.App, claims: ClaimLoop, metrics: Metrics) -> None:
    """Register the three pages. Reference data is loaded before there are any, so no page speaks of it."""

    @app.page("/healthz")
    async def healthz(view: Any, _request: Any) -> Any:  # noqa: ANN401 - Faust's views are not typed
        """200 whenever the event loop turns: that it answers is the check. A restart mends no broker: none is asked."""
        return view.json({"status": "ok"})

    @app.page("/readyz")
    async def readyz(view: Any, _request: Any) -> Any:  # noqa: ANN401
        """200 when claims flow: joined, and every partition assigned is open. Else 503 with a word from NOT_READY."""
        reason = claims.why_not_ready()
        return view.json({"status": reason or READY, "partitions": claims.assigned}, status=503 if reason else 200)

    @app.page("/metrics")
    async def metrics_page(view: Any, _request: Any) -> Any:  # noqa: ANN401
        """Prometheus's text format."""
        body = metrics.render(claims.assigned, claims.states(), tasks=len(asyncio.all_tasks()))
        return view.bytes(body, headers={"Content-Type": CONTENT_TYPE_LATEST})
