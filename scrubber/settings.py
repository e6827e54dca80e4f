"""Everything a worker needs to be told: defaults < TOML file < environment (`SCRUBBER_*`) < flags.

`Settings.load()` merges the four, checks every value and remembers where each came from. A value that will not do is
reported with the setting's name, its source and what is allowed; all problems at once. Values of secrets never appear.
"""

import difflib
import os
import socket
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Self, get_args, get_type_hints

KIB: Final = 1024
MIB: Final = 1024 * KIB
# The largest record that can pass, as a dead letter, whatever it holds; topics/topics.toml allows it on the topics.
MAX_RECORD_BYTES: Final = 16 * MIB
# Room for one record's key, headers and framing around MAX_RECORD_BYTES in a produce request.
RECORD_OVERHEAD_BYTES: Final = 256 * KIB

_ENV_PREFIX: Final = "SCRUBBER_"
CONFIG_VARIABLE: Final = "SCRUBBER_CONFIG"


class SettingsError(Exception):
    """One or more settings will not do; `problems` holds one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        """`problems`: at least one sentence, without values of secrets."""
        super().__init__("\n".join(problems))
        self.problems = problems


class Secret:
    """A string that shows itself only when asked by `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """`value`: the secret in clear."""
        self._value = value

    def reveal(self) -> str:
        """Return the secret in clear, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Never the value."""
        return "<hidden>"


def _setting(
    default: object,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401 - dataclasses.field is typed so as well: the declared type of the field counts
    return field(default=default, metadata={"text": text, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """A worker's settings; sizes in bytes, times in the unit their name ends with."""

    bootstrap_servers: str = _setting("127.0.0.1:9092", "Kafka brokers, as host:port with commas between.")
    group: str = _setting("claim-scrubber", "Consumer group; also the first part of every transactional id.")
    instance: str = _setting(
        "", "Slot of this worker in the group (static membership): unique among the workers, the same after a restart. "
        "Empty: the host's name.",
    )  # fmt: skip
    membership: str = _setting(
        "static", "`static`: a restarted worker gets its partitions back at once, one that is gone for good is missed "
        "after a session. `dynamic`: it leaves when it stops; for autoscaling and for brokers without static members.",
        choices=("static", "dynamic"),
    )  # fmt: skip
    input_topic: str = _setting("claims.submitted", "Topic that claims are read from.")
    passed_topic: str = _setting("claims.passed", "Topic for verdicts `pass`.")
    fix_suggested_topic: str = _setting("claims.fix-suggested", "Topic for verdicts `fix-suggestion`.")
    denial_risk_topic: str = _setting("claims.denial-risk", "Topic for verdicts `denial-risk`.")
    dead_letter_topic: str = _setting("claims.dead-letter", "Topic for records that are no claims.")

    security_protocol: str = _setting(
        "PLAINTEXT", "How to talk to the brokers.", choices=("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
    )
    sasl_mechanism: str = _setting(
        "PLAIN", "How to log in, with a SASL protocol.", choices=("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
    )
    sasl_username: str = _setting("", "User to log in as.")
    sasl_password: Secret = _setting(Secret(""), "Password to log in with; from the environment only.")
    sasl_password_file: Path | None = _setting(None, "File that holds the password, in place of the variable.")
    tls_ca_file: Path | None = _setting(None, "Certificate authority (PEM) of the brokers. Unset: the system's.")
    tls_cert_file: Path | None = _setting(None, "This worker's certificate (PEM), where brokers ask for one.")
    tls_key_file: Path | None = _setting(None, "Key (PEM) of that certificate.")

    batch_records: int = _setting(2000, "Most records in one transaction.", low=1, high=20_000)
    batch_cpu_ms: int = _setting(
        100, "Longest stretch of scrubbing between two heartbeats' chances; what is left is the next transaction.",
        low=5, high=1000,
    )  # fmt: skip
    max_claim_bytes: int = _setting(
        MIB, "Largest value that is decoded; a larger one becomes a dead letter.", low=KIB, high=MAX_RECORD_BYTES
    )
    fetch_bytes: int = _setting(4 * MIB, "Most bytes asked of one partition at once.", low=64 * KIB, high=64 * MIB)
    compression: str = _setting("none", "Codec of what is written.", choices=("none", "gzip", "snappy", "lz4", "zstd"))
    session_timeout_ms: int = _setting(
        6000, "Silence after which Kafka gives this worker's partitions to others.", low=1000, high=300_000
    )
    heartbeat_interval_ms: int = _setting(2000, "Time between heartbeats; at most a third of the session.", low=100)
    transaction_timeout_ms: int = _setting(
        30_000, "Age at which Kafka aborts a transaction by itself.", low=5000, high=900_000
    )
    drain_seconds: float = _setting(20.0, "Time to finish and close after SIGTERM.", low=1, high=600)

    web_host: str = _setting("127.0.0.1", "Address of /healthz, /readyz and /metrics.")
    web_port: int = _setting(6066, "Port of these pages.", low=1, high=65_535)
    log_level: str = _setting("INFO", "Least level that is logged.", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    log_format: str = _setting(
        "auto", "`json`: one object a line; `console`: for eyes; `auto`: console on a terminal.",
        choices=("auto", "json", "console"),
    )  # fmt: skip
    log_interval_seconds: float = _setting(30.0, "Time between two summary lines.", low=1, high=86_400)
    reference_folder: Path | None = _setting(None, "Reference data in place of what ships.")
    reference_bundle: Path | None = _setting(
        None, "Tables imported by `scrubber reference import`. Unset: where that puts them, if they are there."
    )
    payer_folder: Path | None = _setting(None, "Payer policies in place of what ships.")
    reload_seconds: float = _setting(
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
        values: dict[str, object] = {}
        sources = dict.fromkeys(names(), "default")
        for name, raw, source in _given(flags or {}, env, file, problems):
            value = _convert(name, raw, source, problems)
            if value is not None:
                values[name], sources[name] = value, source
        if not problems:
            settings = cls(**values, sources=sources)  # type: ignore[arg-type]  # _convert checked each against its field
            problems = _conflicts(settings)
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
        rows = [(name, _shown(getattr(self, name)), self.sources.get(name, "default")) for name in names()]
        wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
        return "\n".join(f"{name:<{wide[0]}}  {value:<{wide[1]}}  {source}" for name, value, source in rows)


def settings_fields() -> Iterator[Field[Any]]:
    """The fields of `Settings` that a user sets, in the order of the documentation."""
    return (item for item in fields(Settings) if item.name != "sources")


def names() -> list[str]:
    """Names of all settings, in the order of the documentation."""
    return [item.name for item in settings_fields()]


def allowed(item: Field[Any]) -> str:
    """Words for what the setting may be."""
    choices, low, high = item.metadata["choices"], item.metadata["low"], item.metadata["high"]
    if choices:
        return "one of " + ", ".join(choices)
    noun = {int: "a whole number", float: "a number", Path: "a path"}.get(_base(item.name), "a text")
    if low is not None and high is not None:
        return f"{noun} from {low} to {high}"
    return f"{noun}, at least {low}" if low is not None else noun


def _base(name: str) -> type:
    hint = get_type_hints(Settings)[name]
    if isinstance(hint, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return hint  # type: ignore[no-any-return]


def _given(
    flags: Mapping[str, object], env: Mapping[str, str], file: Path | None, problems: list[str]
) -> Iterator[tuple[str, object, str]]:
    """Yield name, raw value, source: the weakest source first, so that a later one overrides."""
    known = names()
    chosen = file or (Path(env[CONFIG_VARIABLE]) if env.get(CONFIG_VARIABLE) else None)
    if chosen is not None:
        for name, raw in _read_file(chosen, problems).items():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                problems.append(f"{name} (file {chosen}): there is no such setting{hint}")
            elif name == "sasl_password":
                problems.append(f"{name} (file {chosen}): use {_ENV_PREFIX}SASL_PASSWORD or sasl_password_file")
            else:
                yield name, raw, f"file {chosen}"
    for name in known:
        variable = _ENV_PREFIX + name.upper()
        if variable in env:
            yield name, env[variable], f"environment {variable}"
    for name, raw in flags.items():
        if name not in known:
            msg = f"no setting is called {name}"
            raise TypeError(msg)
        if raw is not None:
            yield name, raw, "flag"


def _read_file(path: Path, problems: list[str]) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"settings file {path}: cannot be read ({error.strerror})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        problems.append(f"settings file {path}: is not TOML (UTF-8, `name = value` lines)")
    return {}


def _convert(name: str, raw: object, source: str, problems: list[str]) -> object | None:
    """Return the typed value, or None after adding a problem."""
    item = next(item for item in settings_fields() if item.name == name)
    base = _base(name)
    value: object | None = None
    if base is Secret:
        return Secret(str(raw))
    try:
        if base is int and isinstance(raw, int | str) and not isinstance(raw, bool):
            value = int(raw)
        elif base is float and isinstance(raw, int | float | str) and not isinstance(raw, bool):
            value = float(raw)
        elif base is Path and isinstance(raw, str | Path) and str(raw):
            value = Path(raw)
        elif base is str and isinstance(raw, str):
            value = raw.strip()
    except (TypeError, ValueError):
        value = None
    low, high, choices = item.metadata["low"], item.metadata["high"], item.metadata["choices"]
    if choices and isinstance(value, str):
        value = next((choice for choice in choices if choice.lower() == value.lower()), None)
    if isinstance(value, int | float) and ((low is not None and value < low) or (high is not None and value > high)):
        value = None
    if value is None or (value == "" and item.default not in ("", MISSING)):
        problems.append(f"{name} ({source}): {_shown(raw)!r} will not do; allowed is {allowed(item)}")
        return None
    return value


def _conflicts(settings: Settings) -> list[str]:
    """Problems that show only when settings are seen together."""
    problems = []
    topics = [settings.input_topic, *settings.output_topics().values()]
    problems += [f"topic {topic}: is named for two purposes; each of the five needs its own" for topic in
                 sorted({topic for topic in topics if topics.count(topic) > 1})]  # fmt: skip
    if settings.heartbeat_interval_ms * 3 > settings.session_timeout_ms:
        source = settings.sources["heartbeat_interval_ms"]
        problems.append(
            f"heartbeat_interval_ms ({source}): {settings.heartbeat_interval_ms} is more than a third of "
            f"session_timeout_ms {settings.session_timeout_ms}; lower it or raise the session"
        )
    if settings.security_protocol.startswith("SASL"):
        if not settings.sasl_username:
            problems.append("sasl_username: needed with a SASL security_protocol")
        if not settings.sasl_password.reveal() and settings.sasl_password_file is None:
            problems.append(f"sasl_password: needed with a SASL security_protocol; set {_ENV_PREFIX}SASL_PASSWORD")
    if (settings.tls_cert_file is None) != (settings.tls_key_file is None):
        problems.append("tls_cert_file and tls_key_file: one needs the other")
    for name in ("sasl_password_file", "tls_ca_file", "tls_cert_file", "tls_key_file"):
        path = getattr(settings, name)
        if path is not None and not os.access(path, os.R_OK):
            problems.append(f"{name} ({settings.sources[name]}): {path} cannot be read")
    for name in ("reference_folder", "payer_folder"):
        path = getattr(settings, name)
        if path is not None and not path.is_dir():
            problems.append(f"{name} ({settings.sources[name]}): {path} is no folder")
    return problems


def _shown(value: object) -> str:
    if isinstance(value, Secret):
        return "<hidden>" if value.reveal() else "<unset>"
    return "<unset>" if value is None or value == "" else str(value)
