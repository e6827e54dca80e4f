from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from scrubber.settings import Secret, Settings, SettingsError, names
from tests.secured import write_certificates


def problems(
    flags: dict[str, object] | None = None, env: dict[str, str] | None = None, file: Path | None = None
) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(flags, env or {}, file)
    return str(caught.value)


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "worker.toml"
    file.write_text('group = "file"\ninput_topic = "file"\nbatch_records = 7\n')
    env = {"SCRUBBER_GROUP": "env", "SCRUBBER_INPUT_TOPIC": "env"}
    settings = Settings.load({"group": "flag", "web_port": None}, env, file)
    assert (settings.group, settings.input_topic, settings.batch_records) == ("flag", "env", 7)
    assert settings.web_port == 6066
    assert settings.sources["group"] == "flag"
    assert settings.sources["input_topic"] == "environment SCRUBBER_INPUT_TOPIC"
    assert settings.sources["batch_records"] == f"file {file}"
    assert settings.sources["web_port"] == "default"


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "worker.toml"
    file.write_text('group = "file"\n')
    assert Settings.load({}, {"SCRUBBER_CONFIG": str(file)}).group == "file"


def test_every_problem_is_named_with_source_and_what_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "worker.toml"
    file.write_text("batch_record = 7\nbatch_cpu_ms = 1\n")
    said = problems({"log_level": "LOUD"}, {"SCRUBBER_WEB_PORT": "http"}, file)
    assert f"batch_record (file {file}): there is no such setting; did you mean batch_records?" in said
    assert "batch_cpu_ms" in said
    assert "from 5 to 1000" in said
    assert "web_port (environment SCRUBBER_WEB_PORT): 'http'" in said
    assert "log_level (flag): 'LOUD' will not do; allowed is one of DEBUG, INFO, WARNING, ERROR" in said


def test_settings_that_do_not_go_together() -> None:
    assert "two purposes" in problems({"passed_topic": "x", "denial_risk_topic": "x"})
    assert "a third of session_timeout_ms" in problems({"heartbeat_interval_ms": 5000})
    assert "SCRUBBER_SASL_PASSWORD" in problems({"security_protocol": "SASL_SSL", "sasl_username": "u"})
    assert "tls_cert_file and tls_key_file" in problems({"tls_cert_file": "/dev/null"})
    assert "is no folder" in problems({"reference_folder": "/dev/null"})


@pytest.mark.parametrize("text", ["nope = = 1", "\x00", "a = " + "[" * 5000, "web_port = " + "9" * 5000])
def test_a_file_that_is_no_toml(tmp_path: Path, text: str) -> None:
    file = tmp_path / "worker.toml"
    file.write_text(text)
    assert "is not TOML" in problems({}, {}, file)
    assert "cannot be read" in problems({}, {}, tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "line",
    [
        "drain_seconds = nan",
        "drain_seconds = 1" + "0" * 400,
        "web_port = 0x" + "f" * 5000,
        "heartbeat_interval_ms = 0x" + "f" * 5000,
        'tls_ca_file = "\\u0000"',
        'reference_folder = "\\u0000"',
    ],
)
def test_odd_values_are_refused_like_others(tmp_path: Path, line: str) -> None:
    file = tmp_path / "worker.toml"
    file.write_text(line)
    said = problems(file=file)
    assert said.startswith(line.split(maxsplit=1)[0])
    assert len(said) < 1000


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    password = "Tr0ub4dor"
    env = {"SCRUBBER_SASL_PASSWORD": password}
    flags = {"security_protocol": "SASL_PLAINTEXT", "sasl_username": "u"}
    settings = Settings.load(flags, env)
    assert settings.sasl_password.reveal() == password
    for shown in (repr(settings), str(settings), settings.describe(), f"{settings.sasl_password}"):
        assert password not in shown
    assert "<hidden>" in settings.describe()
    file = tmp_path / "password"
    file.write_text(password + "\n")
    assert Settings.load({**flags, "sasl_password_file": str(file)}, {}).sasl_password.reveal() == password
    config = tmp_path / "worker.toml"
    config.write_text(f'sasl_password = "{password}"\n')
    assert password not in problems({}, {}, config)
    assert password not in repr(Secret(password))


def test_every_setting_is_described_with_its_source() -> None:
    lines = Settings.load({}, {}).describe().splitlines()
    assert [line.split(maxsplit=1)[0] for line in lines] == names()
    assert all("  " in line for line in lines)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "sasl_token_file and sasl_token_url: OAUTHBEARER needs one of them"),
        ({"sasl_token_file": "/dev/null", "sasl_token_url": "https://id.example/token"}, "and not both"),
        ({"sasl_token_url": "http://id.example/token"}, "must begin with https://"),
        ({"sasl_token_url": "https://id.example/token"}, "sasl_username: needed"),
        ({"sasl_token_url": "https://id.example/token", "sasl_username": "a"}, "SCRUBBER_SASL_PASSWORD"),
        ({"sasl_token_url": "https://id.example/token", "sasl_username": "a:b"}, "with a colon"),
        ({"sasl_token_file": "/"}, "cannot be read"),
    ],
)
def test_what_tokens_need(given: dict[str, object], said: str) -> None:
    assert said in problems({"security_protocol": "SASL_SSL", "sasl_mechanism": "OAUTHBEARER", **given})


def test_a_token_from_a_file_needs_no_user() -> None:
    given = {"security_protocol": "SASL_SSL", "sasl_mechanism": "OAUTHBEARER", "sasl_token_file": "/dev/null"}
    assert Settings.load(given, {}).sasl_username == ""


def test_files_that_hold_no_certificate_are_told_at_the_start(tmp_path: Path) -> None:
    write_certificates(tmp_path)
    good = {"tls_ca_file": tmp_path / "ca.pem", "tls_cert_file": tmp_path / "client.pem"}
    Settings.load({**good, "tls_key_file": tmp_path / "client.key"}, {})
    said = problems({**good, "tls_ca_file": tmp_path / "client.key", "tls_key_file": tmp_path / "foreign.key"})
    assert f"tls_ca_file (flag): {tmp_path / 'client.key'} holds no certificate" in said
    assert "are no certificate and its key" in said
    key = load_pem_private_key((tmp_path / "client.key").read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"Zzyzx"))
    (tmp_path / "locked.key").write_bytes(locked)
    assert "or the key is encrypted" in problems({**good, "tls_key_file": tmp_path / "locked.key"})
