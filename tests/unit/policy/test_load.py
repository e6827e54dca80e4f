import datetime as dt
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from scrubber.contract.claim import Payer
from scrubber.engine import Engine
from scrubber.policy import PolicyError, explain_policy, fingerprint, load_policies
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
        ({"mine": "id = "}, r"mine\.toml: not valid TOML: Invalid value"),
        ({"mine": _policy("other")}, r"mine\.toml:1: id is 'other' but must be 'mine'"),
        ({"mine": _policy("mine", "filing_limit = 3")}, r"mine\.toml:5: filing_limit is no field"),
        ({"mine": _policy("mine", 'severity = {npi = "loud"}')}, r"mine\.toml:5: severity.npi is 'loud'"),
        ({"mine": _policy("mine", "filing_limit_months = 0")}, r"mine\.toml:5: filing_limit_months is 0"),
        ({"mine": _policy("mine").replace("default", "nobody")}, r"mine\.toml:4: extends 'nobody'"),
        ({"mine": _policy("mine").replace("default", "mine")}, r"mine\.toml:4: extends itself"),
        ({"a": _policy("a").replace("default", "b"), "b": _policy("b").replace("default", "a")}, "extends itself"),
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


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = _folder(tmp_path, a=_policy("a", "filing_limit_months = 0\nndc = 1"), b="id = ", c=_policy("d"))
    with pytest.raises(PolicyError) as error:
        load_policies(folder)
    assert [(problem.file.name, problem.line) for problem in error.value.problems] == [
        ("b.toml", None), ("a.toml", 5), ("a.toml", 6), ("c.toml", 1),
    ]  # fmt: skip
    assert str(error.value).count("\n") == 3


def test_lists_and_tables_replace_the_inherited_ones(tmp_path: Path) -> None:
    parent = _policy("parent", '[ndc]\nprocedures = ["J1100"]\nsource = "parent"\n')
    child = _policy("child", '[ndc]\nprocedures = []\nsource = "child"\n').replace("default", "parent")
    policies = {policy.id: policy for policy in load_policies(_folder(tmp_path, parent=parent, child=child))}
    assert policies["child"].ndc is not None
    assert policies["child"].ndc.procedures == frozenset()
    assert policies["child"].filing_limit_months == 6
    policy, said = explain_policy("child", tmp_path)
    assert policy == policies["child"]
    origins = {each.path: each.origin for each in said}
    assert origins["ndc",] == "child"
    assert origins["filing_limit_months",] == "default"
    assert origins["severity", "npi"] == "default"


def test_the_digest_of_a_set_tells_any_change(tmp_path: Path) -> None:
    first = load_policies(_folder(tmp_path, mine=_policy("mine")))
    assert load_policies(_folder(tmp_path, mine="# a comment\n" + _policy("mine"))).digest == first.digest
    assert (
        load_policies(_folder(tmp_path, mine=_policy("mine", 'prior_authorization = ["20983"]'))).digest != first.digest
    )
    assert load_policies(_folder(tmp_path, mine=_policy("mine"), other=_policy("other"))).digest != first.digest


def test_a_fingerprint_notices_what_changes_in_a_folder(tmp_path: Path) -> None:
    folder = _folder(tmp_path, mine=_policy("mine"))
    before = fingerprint(folder)
    assert fingerprint(folder) == before
    (folder / "notes.txt").write_text("not a policy")
    assert fingerprint(folder) == before
    (folder / "mine.toml").write_text(_policy("mine", "filing_limit_months = 3"))
    changed = fingerprint(folder)
    assert changed != before
    os.utime(folder / "mine.toml", ns=(1, 1))
    assert fingerprint(folder) != changed
    (folder / "mine.toml").unlink()
    assert [name for name, _, _ in fingerprint(folder)] == ["default.toml"]


def test_a_verdict_names_the_policy_with_version_and_digest(tmp_path: Path, engine: Engine) -> None:
    policies = load_policies(_folder(tmp_path, mine=_policy("mine").replace('version = "1"', 'version = "2026.7"')))
    claim = example("17000", payer="mine").claim()
    verdict = Engine(engine.reference, policies).scrub(claim, as_of=dt.date(2026, 9, 18))
    digest = next(policy.digest for policy in policies if policy.id == "mine")
    assert verdict.ruleset.policy == f"mine@2026.7+{digest}"
    assert len(digest) == 12
