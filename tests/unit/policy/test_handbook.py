import re
import tomllib
from pathlib import Path

from scrubber.policy import check_file
from scrubber.policy.handbook import renew
from scrubber.policy.model import Policy
from scrubber.policy.schema import fields_of
from scrubber.reference import data_folder

PAGE = (Path(__file__).parents[3] / "docs" / "payer-policies.md").read_text("utf-8")
_EXAMPLE = re.search(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_tables_of_fields_are_in_sync() -> None:
    assert renew(PAGE) == PAGE, "run `make docs`"
    assert all(f"| `{field.name}`" in PAGE for field in fields_of(Policy))


def test_the_example_is_right_and_shows_every_field(tmp_path: Path) -> None:
    assert _EXAMPLE
    file = tmp_path / "example-health.toml"
    file.write_text(_EXAMPLE[1], "utf-8")
    assert not check_file(file, data_folder() / "payers")
    assert tomllib.loads(_EXAMPLE[1]).keys() >= {field.name for field in fields_of(Policy)} - {"tracking_code_source"}
