"""The loaded policies, and which one a claim gets."""

import hashlib
from collections.abc import Iterator, Mapping

from scrubber.contract import Claim
from scrubber.policy.model import Policy


class Policies:
    """A set of policies that never changes: a new state of the files is a new object. `digest` tells two apart."""

    __slots__ = ("_by_id", "_by_line", "default", "digest")

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        """`policies`: by id; one of them is `default`."""
        self._by_id = dict(policies)
        self._by_line = {line.casefold(): policy for policy in policies.values() for line in policy.lines_of_business}
        self.default = policies["default"]
        labels = "\0".join(sorted(policy.label for policy in self))
        self.digest = hashlib.blake2b(labels.encode(), digest_size=8).hexdigest()

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._by_id.values())

    def of(self, claim: Claim) -> Policy:
        """The policy a claim names, else its line of business's, else the default one."""
        payer = claim.payer
        if payer.policy is not None:
            return self._by_id.get(payer.policy, self.default)
        return self._by_line.get((payer.line_of_business or "").casefold(), self.default)

    def knows(self, claim: Claim) -> bool:
        """Whether the policy a claim names (if it names one) is loaded."""
        return claim.payer.policy is None or claim.payer.policy in self._by_id
