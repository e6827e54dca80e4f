"""Which Kafka errors mean what.

`KafkaError` is a `RuntimeError`, and aiokafka raises a bare `AssertionError` when a transaction is touched after a
fatal error: `TRANSIENT` lists what a Kafka call may end with, and nothing catches `RuntimeError`.
"""

from typing import Final

from aiokafka import errors as kafka

# Trying again cannot help: somebody has to grant a right or change a setting.
FATAL: Final = (
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailed,
    kafka.SaslAuthenticationFailed,
    kafka.UnsupportedSaslMechanismError,
    kafka.UnsupportedVersionError,
    kafka.UnsupportedCodecError,
)

# Somebody else started our transactional id, or the broker gave our transaction up.
FENCED: Final = (
    kafka.ProducerFenced,
    kafka.InvalidProducerEpoch,
    kafka.InvalidProducerIdMapping,
    kafka.InvalidTxnState,
)

TRANSIENT: Final = (kafka.KafkaError, AssertionError, TimeoutError, OSError)

# What a fetch may end with that met a record it cannot take apart: a wrong checksum, a header's name that is not UTF-8.
UNREADABLE: Final = (kafka.CorruptRecordException, ValueError)

TOO_LARGE: Final = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError, kafka.RecordTooLargeError)


def reason_of(error: BaseException) -> str:
    """A bounded word for why a transaction failed: fenced, too-large, timeout, kafka."""
    for kind in (error, error.__cause__):
        if isinstance(kind, FENCED):
            return "fenced"
        if isinstance(kind, TOO_LARGE):
            return "too-large"
        if isinstance(kind, TimeoutError | kafka.KafkaTimeoutError | kafka.RequestTimedOutError):
            return "timeout"
    return "kafka"
