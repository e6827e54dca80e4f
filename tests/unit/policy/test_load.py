import datetime as dt
from pathlib import Path

import pytest
from msgspec.structs import replace

from scrubber.contract.claim import Payer
from scrubber.engine import Engine
from scrubber.policy import PolicyError, load_policies
from scrubber.reference import data_folder
from scrubber.rules.example import example

SHIPPED = data_folder() / "payers"
DEFAULT = 'id = "default"\ntitle = "Any"\nversion = "1"\nfiling_limit_months = 6\n[severity]\nnpi = "warn"\n'


def _folder(tmp_path: Path, **files: str) -> Path:
    for name, text in {"default": DEFAULT, **files}.items():
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    return tmp_path


def _policy(name: str, more: str = "") -> str:
    return f'id = "{name}"\ntitle = "T"\nversion = "1"\nextends = "default"\n{more}'


def test_the_payers_that_ship() -> None:
    assert {policy.id for policy in load_policies(SHIPPED)} >= {
        "aetna", "blue-cross-blue-shield", "cigna", "default", "medicare", "unitedhealthcare",
    }  # fmt: skip


def test_a_policy_inherits_and_overrides_key_by_key(tmp_path: Path) -> None:
    folder = _folder(tmp_path, mine=_policy("mine", '[severity]\nexcludes1 = "off"\n'))
    mine = next(policy for policy in load_policies(folder) if policy.id == "mine")
    assert mine.severity == {"npi": "warn", "excludes1": "off"}
    assert mine.filing_limit_months == 6


def test_a_change_anywhere_changes_the_digest(tmp_path: Path) -> None:
    before = {p.id: p.digest for p in load_policies(_folder(tmp_path, mine=_policy("mine")))}
    folder = _folder(tmp_path, default=DEFAULT.replace("6", "7"), mine=_policy("mine"))
    after = {p.id: p.digest for p in load_policies(folder)}
    assert before["mine"] != after["mine"]
    assert before["default"] != after["default"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"mine": "id = "}, r"mine\.toml: not valid TOML"),
        ({"mine": _policy("other")}, r"mine\.toml: id is 'other' but must be 'mine'"),
        ({"mine": _policy("mine", "filing_limit = 3")}, r"mine\.toml: .*filing_limit"),
        ({"mine": _policy("mine", 'severity = {npi = "loud"}')}, r"mine\.toml: .*severity"),
        ({"mine": _policy("mine", "filing_limit_months = 0")}, r"mine\.toml: .*filing_limit_months"),
        ({"mine": _policy("mine").replace("default", "nobody")}, r"mine\.toml: extends 'nobody'"),
        ({"mine": _policy("mine").replace("default", "mine")}, r"mine\.toml: extends itself"),
        ({n: _policy(n, 'lines_of_business = ["x"]') for n in ("a", "b")}, "'a' and 'b' both claim"),
    ],
)
def test_a_wrong_policy_is_named_with_file_and_field(tmp_path: Path, files: dict[str, str], says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        load_policies(_folder(tmp_path, **files))


def test_a_folder_without_a_default_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"no default\.toml"):
        load_policies(tmp_path)


def test_a_policy_that_names_no_rule_is_refused_with_a_hint(tmp_path: Path, engine: Engine) -> None:
    folder = _folder(tmp_path, mine=_policy("mine", '[severity]\nexclude1 = "off"\n'))
    with pytest.raises(PolicyError, match="did you mean 'excludes1'"):
        Engine(engine.reference, load_policies(folder))


def test_a_claim_gets_the_policy_it_names_or_its_line_of_business() -> None:
    policies = load_policies(SHIPPED)
    for payer, expected in (
        ({"id": "X", "policy": "cigna", "line_of_business": "medicare"}, "cigna"),
        ({"id": "X", "line_of_business": "medicare"}, "medicare"),
        ({"id": "X"}, "default"),
        ({"id": "X", "policy": "nobody"}, "default"),
    ):
        claim = example("17000").claim()
        assert policies.of(replace(claim, payer=Payer(**payer))).id == expected


def test_the_denial_a_payer_sends_is_its_own(tmp_path: Path, engine: Engine) -> None:
    folder = _folder(tmp_path, mine=_policy("mine", '[predicts]\nnpi = {group = "CO", carc = "16", rarc = "N999"}\n'))
    claim = example("17000", billing_provider={"npi": "1"}, payer="mine").claim()
    mine = Engine(engine.reference, load_policies(folder))
    (finding,) = mine.scrub(claim, as_of=dt.date(2026, 9, 18)).findings
    assert (finding.predicts.carc, finding.predicts.rarc, finding.severity) == ("16", "N999", "warn")
