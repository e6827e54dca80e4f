"""The Docker engine and Kafka's image: whether they can be had here, and what to say where they cannot."""

import gc
import os
import warnings

import docker
import pytest
from docker.errors import DockerException, ImageNotFound
from testcontainers.core.config import testcontainers_config

# Ours are removed as they were started; a container that watches over them is one more image to be had.
testcontainers_config.ryuk_disabled = True

IMAGE = os.environ.get("SCRUBBER_KAFKA_IMAGE", "apache/kafka:4.3.0")


def require_image() -> None:
    """Skip where no Docker engine answers, or where it cannot have Kafka's image."""
    if problem := why_no_kafka():
        pytest.skip(f"{problem}: Apache Kafka is not tested")


def why_no_kafka() -> str:
    """What keeps Apache Kafka from running in a container here; empty when nothing does. Pulls the image if need be."""
    client, problem = _engine()
    if client is None:
        # The client leaves the socket it could not use to the collector, which would blame a later test for it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        return f"no Docker engine answers ({problem})"
    try:
        return _why_no_image(client)
    finally:
        client.close()


def _engine() -> tuple[docker.DockerClient | None, str]:
    """A client of the engine, or the type of what keeps us from one."""
    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except DockerException as error:
        return None, type(error).__name__
    return client, ""


def _why_no_image(client: docker.DockerClient) -> str:
    try:
        client.images.get(IMAGE)
    except ImageNotFound:
        try:
            client.images.pull(IMAGE)
        except DockerException as error:
            return f"the Docker engine cannot have {IMAGE} ({type(error).__name__})"
    return ""
