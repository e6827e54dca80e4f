"""Each kind of mistake that a policy file can hold, in the words that tell it."""

import time
from pathlib import Path

import pytest

from scrubber.policy import check_file
from scrubber.reference import data_folder

SHIPPED = data_folder() / "payers"
HEAD = 'id = "mine"\ntitle = "T"\nversion = "1"\nextends = "default"\n'
MISTAKES = r"""
filing_limit_month = 3
-> :5: filing_limit_month is no field here; did you mean 'filing_limit_months' or

digest = 'x'
-> :5: digest is no field here; it may be age,

filing_limit_months = 2.5
-> :5: filing_limit_months is 2.5; it must be a whole number, 1 to 10000

filing_limit_months = true
-> :5: filing_limit_months is true; it must be a whole number

[severity]
npi = 'warning'
-> :6: severity.npi is 'warning'; it must be deny, info, warn or off

[severity]
exclude1 = 'off'
-> :6: severity names a rule that does not exist: 'exclude1'; did you mean 'excludes1'?

[predicts]
zzz = {group = 'CO', carc = '16'}
-> :6: predicts names a rule that does not exist: 'zzz'; scrubber rules lists them

[predicts.npi]
group = 'CO'
carc = 'N16'
-> :7: predicts.npi.carc is 'N16'; it must be a claim adjustment reason code

[predicts.npi]
group = 'CO'
carc = '0'
-> :7: predicts.npi.carc is '0'

[predicts.npi]
group = 'CO'
carc = '16'
rarc = '257'
-> :8: predicts.npi.rarc is '257'; it must be a remittance advice remark code

[predicts.npi]
group = 'co'
carc = '16'
-> :6: predicts.npi.group is 'co'; it must be CO, OA, PI or PR

[predicts.npi]
carc = '16'
-> :5: predicts.npi.group is missing; it must be CO, OA, PI or PR

prior_authorization = '20983'
-> :5: prior_authorization is '20983'; it must be a list, each a procedure code

prior_authorization = [
'20983',
'j1100']
-> :7: prior_authorization[2] is 'j1100'; it must be a procedure code ... ; write "J1100"

prior_authorization = [20983]
-> :5: prior_authorization[1] is 20983; it must be a procedure code ... ; write "20983"

tracking_code_charges = [0.01]
-> :5: tracking_code_charges[1] is 0.01; it must be an amount with two decimals

tracking_code_charges = ['1']
-> :5: tracking_code_charges[1] is '1'; it must be an amount with two decimals

tracking_code_charges = []
-> :5: tracking_code_charges is empty; it must have at least one entry

clia = 3
-> :5: clia is 3; it must be a table

[[clia]]
source = 'x'
-> :5: clia is a list; it must be a table

[ndc]
procedures = ['J1100']
-> :5: ndc.source is missing; it must be text

[ndc]
procedures = ['J1100']
source = ' '
-> :7: ndc.source is ' '; it must be text, not empty

[unlisted]
procedures = []
source = 's'
category_3 = 1
-> :8: unlisted.category_3 is 1; it must be true or false

[telehealth]
procedures = []
source = 's'
places = ['2']
-> :8: telehealth.places[1] is '2'; it must be a place of service

[telehealth]
procedures = []
source = 's'
modifiers = [95]
-> :8: telehealth.modifiers[1] is 95; it must be a modifier of two characters, such as 95; write "95"

[charge_outliers]
source = 's'
-> :5: charge_outliers must say below, above or both

[charge_outliers]
source = 's'
below = 2
above = 2.0
-> :5: charge_outliers below must be less than above

[charge_outliers]
source = 's'
above = inf
-> :7: charge_outliers.above is inf; it must be a number

[charge_outliers]
source = 's'
above = 2
amounts = {99 = '1.00'}
-> :8: charge_outliers.amounts.99 is '99'; it must be a procedure code

[[age]]
procedures = ['57520']
source = 's'
from_age = 9
to_age = 8
-> :5: age[1] from_age must not be above to_age

[[age]]
procedures = ['57520']
source = 's'
-> :5: age[1] must say from_age, to_age or both

[[age]]
procedures = []
source = 's'
to_age = 8
-> :6: age[1].procedures is empty; it must have at least one entry

[[sex]]
procedures = ['57520']
source = 's'
sex = 'W'
-> :8: sex[1].sex is 'W'; it must be F or M

[[necessity]]
procedures = ['17000']
diagnoses = ['57.0']
source = 's'
-> :7: necessity[1].diagnoses[1] is '57.0'; it must be an ICD-10-CM code

[[necessity]]
procedures = ['17000']
diagnoses = ['L57']
source = 's'
effective = '2026-01-01'
-> :9: necessity[1].effective is '2026-01-01'; it must be a date without quotes

[[necessity]]
procedures = ['17000']
diagnoses = ['L57']
source = 's'
effective = 2026-02-01
ended = 2026-01-31
-> :5: necessity[1] ended must not be before effective

[[frequency]]
code = '20983'
units = 1
per = 'claim'
source = 's'
[[frequency]]
code = '20983'
units = 0
per = 'claim'
source = 's'
-> :12: frequency[2].units is 0; it must be a whole number

[[documentation]]
procedures = ['17000']
elements = [1]
source = 's'
-> :7: documentation[1].elements[1] is 1; it must be text

lines_of_business = ['Medicare']
-> :5: 'medicare' and 'mine' both claim the line of business 'Medicare'; leave it to one
"""
"""What stands from line 5 of a file on, and how the line that tells the mistake begins (and ends)."""


def _check(folder: Path, text: str, head: str = HEAD) -> list[str]:
    file = folder / "mine.toml"
    file.write_text(head + text, "utf-8")
    return [str(problem).removeprefix(str(file)) for problem in check_file(file, SHIPPED)]


@pytest.mark.parametrize("mistake", MISTAKES.strip().split("\n\n"))
def test_a_mistake_is_told_with_line_field_and_what_is_allowed(tmp_path: Path, mistake: str) -> None:
    text, says = mistake.split("\n-> ")
    begins, _, ends = says.partition(" ... ")
    (problem,) = _check(tmp_path, text)
    assert problem.startswith(begins)
    assert problem.endswith(ends)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (HEAD.replace("mine", "other"), ":1: id is 'other' but must be 'mine', the name of the file"),
        (HEAD.replace('"1"', "2026"), ":3: version is 2026; it must be letters, digits, dots"),
        (HEAD.replace('title = "T"\n', ""), ": title is missing; it must be text"),
        (HEAD.replace('"default"', '"defualt"'), ":4: extends 'defualt', which is no policy; did you mean 'default'?"),
        (HEAD.replace('"default"', '"mine"'), ":4: extends itself"),
        (HEAD + "x = [", ": not valid TOML: "),
        (HEAD + "x = " + "[" * 5000, ": not valid TOML: "),
        (HEAD + "x = " + "9" * 5000, ": not valid TOML: "),
    ],
)
def test_a_mistake_at_the_top_is_told(tmp_path: Path, head: str, says: str) -> None:
    (problem,) = _check(tmp_path, "", head)
    assert problem.startswith(says)


def test_several_mistakes_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    problems = _check(tmp_path, "ndc = 1\nclia = 2\nfiling_limit_months = 0\nzzz = 1\n[severity]\nnpi = 3\n")
    assert [problem.split(":")[1] for problem in problems] == ["5", "6", "7", "8", "10"]


def test_a_parent_may_stand_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "parent.toml").write_text(HEAD.replace("mine", "parent"), "utf-8")
    assert not _check(tmp_path, "", HEAD.replace("default", "parent"))


def test_lines_inside_long_texts_are_no_fields(tmp_path: Path) -> None:
    text = 'filing_limit_source = """\nfiling_limit_months = 1\n"""\nfiling_limit_months = 0'
    (problem,) = _check(tmp_path, text)
    assert problem.startswith(":8: filing_limit_months is 0")


@pytest.mark.parametrize(
    ("odd", "problems"),
    [
        (f"notes = [\n[{' ' * 3000}\n]]\n", 1),  # a line that looks like a header and never ends
        ("[[frequency]]\nx = 1\n" * 1500, 7500),
    ],
)
def test_no_file_takes_long_to_refuse(tmp_path: Path, odd: str, problems: int) -> None:
    file = tmp_path / "p.toml"
    file.write_text(f'id = "p"\ntitle = "T"\nversion = "1"\n{odd}')
    began = time.process_time()
    found = check_file(file, tmp_path)
    assert time.process_time() - began < 1.5
    assert len(found) == problems
    assert found[0].line in (4, 5)


def test_a_number_that_python_does_not_write_out_is_refused_like_others(tmp_path: Path) -> None:
    (problem,) = _check(tmp_path, f"filing_limit_months = 0x{'f' * 5000}")
    assert "filing_limit_months is a number of more than 300 digits; it must be" in problem
