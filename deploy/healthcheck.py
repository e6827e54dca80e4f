"""The image's health check: exit 0 when the worker's /healthz answers 200, else 1.

The worker's environment says where that is. A proxy that it may name as well is not asked.
"""
# ruff: noqa: INP001 - the image runs it by its path

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["SCRUBBER_WEB_PORT"]), timeout=2)
try:
    connection.request("GET", "/healthz")
    healthy = connection.getresponse().status == http.HTTPStatus.OK
except (OSError, http.client.HTTPException):
    healthy = False
sys.exit(not healthy)
