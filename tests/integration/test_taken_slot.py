"""A worker that the group knows under another id than it does itself, since an answer was lost, comes back."""

import sys

import pytest

from tests.claims import claim_bytes
from tests.sites import Site

pytestmark = pytest.mark.broker

# A worker that joins a second time under a new id, as a restarted one would, and never hears of that id.
UNHEARD = """
import sys
from aiokafka import errors
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.protocol.group import JoinGroupRequest
ask, joined = GroupCoordinator._send_req, []
async def unheard(self, request):
    if isinstance(request, JoinGroupRequest) and request._member_id and not joined:
        joined.append(request)
        request._member_id = ""
        await ask(self, request)
        self.coordinator_dead()
        raise errors.RequestTimedOutError
    return await ask(self, request)
GroupCoordinator._send_req = unheard
from scrubber.worker.__main__ import main
sys.exit(main())
"""


async def test_a_worker_that_is_known_under_another_id_comes_back(site: Site) -> None:
    if not site.broker.failover:
        pytest.skip("the embedded broker knows no static members")
    with site.worker(instance="a", command=[sys.executable, "-c", UNHEARD]) as worker:
        await site.publish([(b"K", claim_bytes(f"T-{number}"), []) for number in range(3)])
        assert len(await site.read(3)) == 3
        with site.worker(instance="b"):  # so that the first one has to join again
            for partition in range(3):
                await site.publish([(b"K", claim_bytes("LATER"), [])], partition=partition)
            assert len(await site.read(6, seconds=60)) == 6
            worker.wait_ready()
            assert worker.stop() == 0
    # It did not ask the same again and again, as long as the broker remembers the other id.
    assert 1 <= len(worker.events("step-failed")) <= 3
