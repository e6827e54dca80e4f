"""What holds for every claim, over CMS's tables at full size."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrubber.contract import Claim, Verdict, encode_verdict
from scrubber.engine import Engine, load_engine
from scrubber.rules.example import DAY, Example, example
from tests.oracle.conftest import Tally
from tests.oracle.packing import in_force
from tests.oracle.published import Edits, add_ons, limits, order
from tests.properties import fixes_hold, instructions, mends_to_the_end, order_of_lines_does_not_matter

AS_OF = dt.date(2026, 9, 18)
MODIFIERS = ("", "", "", "-25", "-59", "-XS", "-76", "-LT", "-RT", "-50", "-26", "-TC", "-KX")
EXAMPLES = 500
FEW, MANY = 10, 50
"""Lines of a claim."""
settings.register_profile(
    "oracle", deadline=None, derandomize="CI" in os.environ, max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture(scope="module")
def engine(bundle: Path) -> Engine:
    return load_engine(reference_bundle=bundle)


@pytest.fixture(scope="module")
def scrub(engine: Engine) -> Callable[[Claim], Verdict]:
    return lambda claim: engine.scrub(claim, as_of=AS_OF)


@pytest.fixture(scope="module")
def samples(edits: Edits, cms_files: Path) -> st.SearchStrategy[Example]:
    """Claims of procedures that have edits with each other, limits and add-ons, and of diagnoses of every kind."""
    units = limits(cms_files / "mue/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv")
    pairs = [(one, two) for one in sorted(edits)[::37] for two in sorted(edits[one])[::11]]
    beside = [(row.code, row.primary) for row in add_ons(cms_files / "aoc/AOC_2024Q3-assembled.txt") if row.type == "1"]
    diagnoses = sorted(order(cms_files / "icd10cm/icd10cm_order_2025.rebuilt.txt.xz"))[::7]

    def billed(code: str) -> st.SearchStrategy[str]:
        limit = units.get(code, (1, 2))[0]
        amounts = st.sampled_from((1, 1, 1, max(1, limit), limit + 1))
        day = st.sampled_from((DAY, DAY, DAY, DAY - dt.timedelta(days=1), DAY - dt.timedelta(days=40)))
        return st.builds(
            lambda modifier, amount, on: f"{code}{modifier}x{amount}/{on}", st.sampled_from(MODIFIERS), amounts, day
        )

    together = st.one_of(
        st.sampled_from(pairs), st.sampled_from(beside), st.sampled_from([(code,) for code in sorted(units)])
    )
    lines = together.flatmap(lambda codes: st.tuples(*map(billed, codes)))
    return st.builds(
        lambda groups, dx, sex, payer: example(*sum(groups, ()), dx=" ".join(dx), sex=sex, payer=payer),
        st.lists(lines, min_size=1, max_size=4),
        st.lists(st.sampled_from(diagnoses), min_size=1, max_size=6, unique=True),
        st.sampled_from(("F", "M")),
        st.sampled_from(("medicare", "aetna", "default")),
    )


def test_properties(
    samples: st.SearchStrategy[Example], scrub: Callable[[Claim], Verdict], bundle: Path, tally: Callable[[str], Tally]
) -> None:
    """Fixes hold, what can be mended can be to the end, and neither the order of lines nor what was before matters."""
    table, fresh = tally("Properties: invented claims"), load_engine(reference_bundle=bundle)

    @settings(settings.get_profile("oracle"))
    @given(samples, st.randoms(use_true_random=False))
    def hold(sample: Example, random: Random) -> None:
        claim = sample.claim()
        fixes_hold(scrub, claim)
        mends_to_the_end(scrub, claim)
        order_of_lines_does_not_matter(scrub, claim, random)
        assert encode_verdict(scrub(claim)) == encode_verdict(fresh.scrub(claim, as_of=AS_OF))
        table.rows += 1

    hold()


def _a_line(scrub: Callable[[Claim], Verdict], codes: list[str]) -> float:
    """Instructions for each line of a claim of one date, whose codes the engine has met before."""
    claim = example(*codes).claim()
    scrub(claim)
    return instructions(lambda: scrub(claim)) / len(codes)


def test_a_line_costs_much_the_same_on_a_long_claim(edits: Edits, scrub: Callable[[Claim], Verdict]) -> None:
    """Instructions, not time. The one part that grows with the square looks at each two procedures of a date."""
    clean: list[str] = []
    for code in sorted(edits):
        apart = all(code not in edits.get(other, ()) and other not in edits[code] for other in clean)
        if len(clean) < MANY and apart and not scrub(example(code).claim()).findings:
            clean.append(code)
    assert not scrub(example(*clean).claim()).findings
    assert _a_line(scrub, clean) < 2.5 * _a_line(scrub, clean[:FEW])


def test_a_long_claim_full_of_edits_costs_no_more_a_line(edits: Edits, scrub: Callable[[Claim], Verdict]) -> None:
    """The number of proofs is bounded."""
    one = max(edits, key=lambda code: len(edits[code]))
    codes = [one, *(two for two, history in sorted(edits[one].items()) if in_force(history, DAY))]
    assert len(scrub(example(*codes[:MANY]).claim()).findings) > 2 * MANY
    assert _a_line(scrub, codes[:MANY]) < 1.5 * _a_line(scrub, codes[:FEW])
