"""ICD-10-CM Excludes1: two diagnoses that the tabular list does not allow together."""

from itertools import combinations

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import DropDiagnosis
from scrubber.rules.scopes import EXCLUDED, Case

MOST = 25
"""As many as the largest claim form holds; what is beyond is a finding of its own."""


@rule(
    "excludes1",
    title="Two diagnoses that exclude each other",
    scope="claim",
    family="excludes1",
    predicts=("CO", "16", "M76"),
    source="ICD-10-CM tabular list, Excludes1 notes",
    likelihood=0.6,
    needs=(EXCLUDED,),
    fires=(example("99213", dx="E11.9 E10.9"),),
    passes=(example("99213", dx="E11.9 I10"),),
)
def excludes1(case: Case) -> Hits:
    """One diagnosis stands in an Excludes1 note of the other: they cannot occur together, unless they are unrelated."""
    hits = []
    for (i, one), (j, two) in combinations(enumerate(case.diagnoses[:MOST]), 2):
        if one.excludes(two) or two.excludes(one):
            if {one.side, two.side} == {"L", "R"}:
                continue  # two sides, two conditions
            hits.append(
                Hit(
                    f"/diagnoses/{j}",
                    f"{one.dotted} and {two.dotted} exclude each other; keep the one that applies.",
                    (),
                    (
                        Remedy(f"Drop {two.dotted}", (DropDiagnosis(j),), "clinical-review"),
                        Remedy(f"Drop {one.dotted}", (DropDiagnosis(i),), "clinical-review"),
                    ),
                    detail=f"{one.code} {two.code}",
                    source=f"{case.release.label('icd10cm-excludes1')}: {one.dotted}, {two.dotted}",
                )
            )
    return hits
