"""24, 25 and 57 on every kind of visit, over imported pairs such as CMS's."""

import pytest

from scrubber.engine import Engine, load_engine
from scrubber.engine.examples import scrub_example
from scrubber.reference.importing import Job, run
from scrubber.rules.example import example
from tests.published import write_fees, write_ptp

VISITS = ["99462", "99468", "99483", "99495", "98005", "G0463", "G0402", "99213"]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("imported")
    pairs = [f"31500 {visit} 20200101 * 1" for visit in (*VISITS, "96372")]
    bundle = folder / "reference.bundle"
    priced = [f"{code} - A XXX" for code in (*VISITS, "96372", "31500")]
    run(Job([write_ptp(folder / "ccipra-2026Q3.txt", *pairs), write_fees(folder / "pprrvu.csv", *priced)]), bundle)
    return load_engine(reference_bundle=bundle)


@pytest.mark.parametrize("visit", VISITS)
def test_25_tells_a_visit_apart_and_59_is_not_offered(full: Engine, visit: str) -> None:
    without = scrub_example(full, example(visit, "31500", dx="I10"))
    assert "ptp-unless-separate" in {finding.rule for finding in without.findings}
    assert [fix.title.split(" if ")[0] for fix in without.fixes] == [f"Add 25 to {visit} (line 1)"]
    marked = scrub_example(full, example(f"{visit}-25", "31500", dx="I10"))
    assert not {"ptp-unless-separate", "visit-modifier-misplaced"} & {finding.rule for finding in marked.findings}


def test_25_on_what_is_no_visit_lifts_nothing(full: Engine) -> None:
    verdict = scrub_example(full, example("96372-25", "31500", dx="I10"))
    assert {"ptp-unless-separate", "visit-modifier-misplaced"} <= {finding.rule for finding in verdict.findings}


def test_critical_care_that_has_nothing_to_do_with_the_surgery(engine: Engine) -> None:
    def rules(visit: str, day: str) -> set[str]:
        sample = example("57520", f"{visit}/{day}", dx="N87.1", received_at="2026-09-20T14:00:00Z")
        return {finding.rule for finding in scrub_example(engine, sample).findings}

    assert "visit-needs-57" in rules("99291-25", "2026-09-15")
    assert "visit-needs-57" not in rules("99291-FT", "2026-09-15")
    assert "visit-needs-57" in rules("99213-FT", "2026-09-15"), "FT is for critical care"
    assert "visit-in-global-days" in rules("99291", "2026-09-17")
    assert "visit-in-global-days" not in rules("99291-FT", "2026-09-17")
