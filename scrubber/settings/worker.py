"""Everything a worker needs to be told: defaults < TOML file < environment (`SCRUBBER_*`) < flags.

`Settings.load()` merges the four, checks every value and remembers where each came from. A value that will not do is
reported with the setting's name, its source and what is allowed; all problems at once. Values of secrets never appear.
"""

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from scrubber.settings.checks import conflicts
from scrubber.settings.loading import read_values
from scrubber.settings.options import options, setting, shown
from scrubber.settings.secret import Secret

KIB: Final = 1024
MIB: Final = 1024 * KIB
# The largest record that can pass, as a dead letter, whatever it holds; topics/topics.toml allows it on the topics.
MAX_RECORD_BYTES: Final = 16 * MIB
# Room for one record's key, headers and framing around MAX_RECORD_BYTES in a produce request.
RECORD_OVERHEAD_BYTES: Final = 256 * KIB


class SettingsError(Exception):
    """One or more settings will not do; `problems` holds one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        """`problems`: at least one sentence, without values of secrets."""
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """A worker's settings; sizes in bytes, times in the unit their name ends with."""

    bootstrap_servers: str = setting("127.0.0.1:9092", "Kafka brokers, as host:port with commas between.")
    group: str = setting("claim-scrubber", "Consumer group; also the first part of every transactional id.")
    instance: str = setting(
        "", "Slot of this worker in the group (static membership): unique among the workers, the same after a restart. "
        "Empty: the host's name.",
    )  # fmt: skip
    membership: str = setting(
        "static", "`static`: a restarted worker gets its partitions back at once, one that is gone for good is missed "
        "after a session. `dynamic`: it leaves when it stops; for autoscaling and for brokers without static members.",
        choices=("static", "dynamic"),
    )  # fmt: skip
    input_topic: str = setting("claims.submitted", "Topic that claims are read from.")
    passed_topic: str = setting("claims.passed", "Topic for verdicts `pass`.")
    fix_suggested_topic: str = setting("claims.fix-suggested", "Topic for verdicts `fix-suggestion`.")
    denial_risk_topic: str = setting("claims.denial-risk", "Topic for verdicts `denial-risk`.")
    dead_letter_topic: str = setting("claims.dead-letter", "Topic for records that are no claims.")

    security_protocol: str = setting(
        "PLAINTEXT", "How to talk to the brokers.", choices=("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
    )
    sasl_mechanism: str = setting(
        "PLAIN", "How to log in, with a SASL protocol.",
        choices=("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"),
    )  # fmt: skip
    sasl_username: str = setting("", "User to log in as; with `sasl_token_url` the client id.")
    sasl_password: Secret = setting(
        Secret(""), "Password to log in with, or the client's secret; from the environment only."
    )
    sasl_password_file: Path | None = setting(None, "File that holds the password, in place of the variable.")
    sasl_token_file: Path | None = setting(None, "File that holds a token for OAUTHBEARER; read at each login.")
    sasl_token_url: str = setting("", "Endpoint (https) that gives tokens for OAUTHBEARER to clients.")
    sasl_token_scope: str = setting("", "Scope to ask that endpoint for. Unset: none.")
    sasl_token_ca_file: Path | None = setting(
        None, "Certificate authority (PEM) of that endpoint. Unset: the system's."
    )
    tls_ca_file: Path | None = setting(None, "Certificate authority (PEM) of the brokers. Unset: the system's.")
    tls_cert_file: Path | None = setting(None, "This worker's certificate (PEM), where brokers ask for one.")
    tls_key_file: Path | None = setting(None, "Key (PEM) of that certificate, not encrypted.")

    batch_records: int = setting(2000, "Most records in one transaction.", low=1, high=20_000)
    batch_cpu_ms: int = setting(
        100, "Longest stretch of scrubbing between two heartbeats' chances; what is left is the next transaction.",
        low=5, high=1000,
    )  # fmt: skip
    latency_target_ms: int = setting(
        1000, "Time from reading a claim to committing its verdict that should not be exceeded; batches shrink when "
        "they take longer and grow again when they do not.", low=20, high=60_000,
    )  # fmt: skip
    claim_seconds: float = setting(
        1.0, "Longest time that scrubbing one claim may take; past it, it becomes a dead letter `engine-timeout`.",
        low=0.05, high=60,
    )  # fmt: skip
    poison_limit: int = setting(
        1000, "Dead letters in a row, with no verdict among them, after which the worker stops rather than set a "
        "whole stream aside. 0: it never does.", low=0,
    )  # fmt: skip
    max_claim_bytes: int = setting(
        MIB, "Largest value that is decoded; a larger one becomes a dead letter.", low=KIB, high=MAX_RECORD_BYTES
    )
    max_verdict_bytes: int = setting(
        960 * KIB, "Largest verdict that is written; a claim whose verdict is larger becomes a dead letter.",
        low=16 * KIB, high=MAX_RECORD_BYTES,
    )  # fmt: skip
    fetch_bytes: int = setting(4 * MIB, "Most bytes asked of one partition at once.", low=64 * KIB, high=64 * MIB)
    backlog_bytes: int = setting(
        16 * MIB, "Most bytes of claims that wait in memory to be scrubbed; the open partitions share it evenly.",
        low=MIB, high=4096 * MIB,
    )  # fmt: skip
    compression: str = setting("none", "Codec of what is written.", choices=("none", "gzip", "snappy", "lz4", "zstd"))
    session_timeout_ms: int = setting(
        6000, "Silence after which Kafka gives this worker's partitions to others.", low=1000, high=300_000
    )
    heartbeat_interval_ms: int = setting(2000, "Time between heartbeats; at most a third of the session.", low=100)
    transaction_timeout_ms: int = setting(
        30_000, "Age at which Kafka aborts a transaction by itself.", low=5000, high=900_000
    )
    drain_seconds: float = setting(20.0, "Time to finish and close after SIGTERM.", low=1, high=600)

    web_host: str = setting("127.0.0.1", "Address of /healthz, /readyz and /metrics.")
    web_port: int = setting(6066, "Port of these pages.", low=1, high=65_535)
    log_level: str = setting("INFO", "Least level that is logged.", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    log_format: str = setting(
        "auto", "`json`: one object a line; `console`: for eyes; `auto`: console on a terminal.",
        choices=("auto", "json", "console"),
    )  # fmt: skip
    log_interval_seconds: float = setting(30.0, "Time between two summary lines.", low=1, high=86_400)
    reference_folder: Path | None = setting(None, "Reference data in place of what ships.")
    reference_bundle: Path | None = setting(
        None, "Tables imported by `scrubber reference import`. Unset: where that puts them, if they are there."
    )
    payer_folder: Path | None = setting(None, "Payer policies in place of what ships.")
    reload_seconds: float = setting(
        5.0, "Time between two looks for new imported tables or payer policies; they are taken up between batches.",
        low=0.2, high=86_400,
    )  # fmt: skip

    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where each value came from: `default`, `file <path>`, `environment <variable>` or `flag`."""

    @classmethod
    def load(
        cls,
        flags: Mapping[str, object] | None = None,
        env: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Self:
        """Merge and check.

        `flags`: by field name, None where not given. `env`: `os.environ` unless given. `file`: TOML, by default the
        one that `SCRUBBER_CONFIG` names. Raises SettingsError.
        """
        env = os.environ if env is None else env
        problems: list[str] = []
        values, sources = read_values(cls, flags or {}, env, file, problems)
        if not problems:
            settings = cls(**values, sources=dict.fromkeys(names(), "default") | sources)
            problems = conflicts(settings)
            if not problems:
                return settings._filled()
        raise SettingsError(problems)

    def _filled(self) -> Self:
        """Fill in what is read from elsewhere: the host's name and the password's file."""
        if not self.instance:
            object.__setattr__(self, "instance", socket.gethostname())
            object.__setattr__(self, "sources", {**self.sources, "instance": "host name"})
        if self.sasl_password_file is not None:
            text = self.sasl_password_file.read_text(encoding="utf-8").rstrip("\r\n")
            object.__setattr__(self, "sasl_password", Secret(text))
        return self

    def output_topics(self) -> dict[str, str]:
        """Topic of each disposition, and of `dead-letter`."""
        return {
            "pass": self.passed_topic,
            "fix-suggestion": self.fix_suggested_topic,
            "denial-risk": self.denial_risk_topic,
            "dead-letter": self.dead_letter_topic,
        }

    def describe(self) -> str:
        """One line a setting: name, value, source; secrets hidden. What `--print-config` prints."""
        rows = [(name, shown(getattr(self, name)), self.sources.get(name, "default")) for name in names()]
        wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
        return "\n".join(f"{name:<{wide[0]}}  {value:<{wide[1]}}  {source}" for name, value, source in rows)


def settings_fields() -> Iterator[Field[Any]]:
    """The fields of `Settings` that a user sets, in the order of the documentation."""
    return options(Settings)


def names() -> list[str]:
    """Names of all settings, in the order of the documentation."""
    return [item.name for item in settings_fields()]
