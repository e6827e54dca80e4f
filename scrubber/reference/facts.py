"""What the tables say of one code at one release. Objects compare and hash by identity: one for a code and release.

They hold no reference back to the tables that made them, so the cyclic collector need not look at them (`gc=False`).
"""

import datetime as dt
from collections.abc import Callable

from msgspec import Struct


class Element(Struct, frozen=True, eq=False, gc=False):
    """Something a record must show: `aliases` are other ways to write it; `modifier` limits it to lines with one."""

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    modifier: str | None = None


class Pair(Struct, frozen=True, gc=False):
    """A procedure-to-procedure edit: column 2 is not paid beside column 1. Indicator 0: never; 1: unless bypassed.

    `deleted` is the last day in force, None while it is.
    """

    column_1: str
    column_2: str
    indicator: int
    effective: dt.date
    deleted: dt.date | None
    rationale: str


class Fees(Struct, frozen=True, eq=False, gc=False, kw_only=True):
    """What the physician fee schedule says of a code without modifier, its indicators as CMS writes them.

    CMS describes them in the documentation of its relative value file (PPRRVU). "" where a row leaves one blank.

    Attributes:
        status: who pays for it, and whether: A active, B bundled, C priced by the contractor, N not covered and so on.
        global_days: 000, 010, 090, MMM, XXX, YYY or ZZZ.
        pctc: how it divides into a professional (26) and a technical part (TC).
        multiple: the reduction for several procedures in one session; 0 for none.
        bilateral, assistant, co_surgery, team: whether 50; 80, 81, 82 and AS; 62; 66 belong on it.
        na_nonfacility, na_facility: rarely or never done in such a setting, so without a rate there.
        total_nonfacility, total_facility: relative values in hundredths; 0 where it has none.
        conversion_factor: dollars for one relative value, in ten-thousandths of a dollar.
    """

    status: str
    global_days: str
    pctc: str
    multiple: str
    bilateral: str
    assistant: str
    co_surgery: str
    team: str
    na_nonfacility: bool
    na_facility: bool
    total_nonfacility: int
    total_facility: int
    conversion_factor: int


class Procedure(Struct, frozen=True, eq=False, gc=False, kw_only=True):
    """A CPT or HCPCS code on a date of service. None means that no loaded table says.

    Attributes:
        kind: `cpt`, `cpt2`, `cpt3`, `cpt-lab`, `cpt-maaa`, `hcpcs`, `cdt` or `malformed`, by the form of the code.
        known: a table of valid codes lists it, for whatever dates.
        valid: on the date; None when the tables cannot tell.
        units, mai: the unit limit and its adjudication indicator (fields `mue` and `mai`).
        fees: its row without modifier in the fee schedule, of which `status` and `global_days` are a part.
        components: the modifiers with which it has rows of their own in the fee schedule, such as 26, TC and 53.
        add_on_type: 1 to 3 for an add-on code; `primaries` are those CMS lists: all of them for type 1, some for 3.
        character: stands for the code in the `partners` of others.
        partners: characters of the codes that it takes away: those in column 2 of an edit in force with it in column 1.
        ptp: `subject` when all its edits against listed codes are known, `partner` when those with subjects are.
        needs_diagnosis: ICD-10-CM prefixes without dot, any of which supports it; empty when no table says.
        sex: the only sex it is performed on, `F` or `M`.
        short: CMS's short description; HCPCS Level II only.
        unlisted: families of edits whose table is incomplete and does not list this code.
        mask: bits of `scrubber.reference.masks`.
    """

    code: str
    kind: str
    known: bool
    valid: bool | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    em: bool
    status: str | None
    global_days: str | None
    fees: Fees | None
    components: tuple[str, ...]
    mue: int | None
    mai: int | None
    add_on_type: int | None
    primaries: frozenset[str]
    character: str
    partners: str
    ptp: str | None
    needs_diagnosis: tuple[str, ...]
    diagnosis_source: str | None
    documentation: tuple[Element, ...]
    sex: str | None
    short: str | None
    unlisted: tuple[str, ...]
    mask: int


class Exclusion(Struct, frozen=True, eq=False, gc=False):
    """Codes that an Excludes1 note names: from `first` to `last`, subdivisions included.

    With `text`, only those that have it at position `at` (from 0, dot not counted).
    """

    first: str
    last: str
    at: int
    text: str

    def names(self, code: str) -> bool:
        """Whether the note means `code` (without dot)."""
        return (
            code[: len(self.first)] >= self.first
            and code[: len(self.last)] <= self.last
            and code.startswith(self.text, self.at)
        )


class Diagnosis(Struct, frozen=True, eq=False, gc=False, kw_only=True):
    """An ICD-10-CM code on a date of service.

    Attributes:
        code, dotted: without and with the dot, upper case.
        status: `billable`, `heading` (has billable codes under it), `not-yet`, `ended` or `unknown`.
        start, end: first and last day of the row in force, or nearest to the date; None when unknown or open.
        flags: words of the Medicare Code Editor, such as `manifestation` or `maternity`.
        category: first three characters.
        side: `L`, `R`, `B` for both, or None, as its description has it.
        excluded: categories in which Excludes1 notes at or above it name codes; `excludes` has the final word.
        exclusions: the codes those notes name.
        mask: bits of `scrubber.reference.masks`.
    """

    code: str
    dotted: str
    status: str
    start: dt.date | None
    end: dt.date | None
    flags: frozenset[str]
    category: str
    side: str | None
    excluded: frozenset[str]
    exclusions: tuple[Exclusion, ...]
    mask: int
    describe: Callable[[str], str | None]

    @property
    def description(self) -> str | None:
        """CMS's description, looked up when asked for; None when the tables have none."""
        return self.describe(self.code)

    def excludes(self, other: "Diagnosis") -> bool:
        """Whether an Excludes1 note at or above this code names `other`. Not symmetric: ask both ways."""
        if other.category not in self.excluded:
            return False
        code = other.code
        return any(exclusion.names(code) for exclusion in self.exclusions)


class Modifier(Struct, frozen=True, eq=False, gc=False, kw_only=True):
    """A modifier on a date of service.

    Attributes:
        kind: `em`, `distinct`, `repeat`, `side`, `anatomic`, `staged`, `component`, `team`, `telehealth`,
            `performance`, `sex-conflict`, `physical-status` or `other`.
        side: `L`, `R`, `B` for both, or None.
        bypass: CMS lists it as lifting a procedure-to-procedure edit with indicator 1.
        valid: in force on the date.
    """

    code: str
    meaning: str
    kind: str
    side: str | None
    bypass: bool
    start: dt.date | None
    end: dt.date | None
    valid: bool


class Place(Struct, frozen=True, eq=False, gc=False):
    """A place of service; `facility` decides which rate a professional claim is paid at."""

    code: str
    name: str
    facility: bool
