"""Makes the bench's claims: what they hold depends on the random numbers alone."""

import csv
import datetime as dt
from collections.abc import Callable, Container, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random

from scrubber.reference import data_folder

from .faults import FAULTS, Event, Line, cents, money, service

FIRST_DAY = dt.date(2026, 4, 15)
DAYS = 60
LISTS = 40
USUAL = 0.85

VISITS = ("99213", "99214", "99212", "99203", "99204", "99215", "99202", "99211", "99205", "92014", "99396", "99397")
OFFICE, HOSPITAL = "11", "22"
MODIFIERS = ("KX", "NU", "GA", "JZ", "RR", "JW", "CG", "GX", "KF", "AY")
PAYERS = (
    ("MEDICARE-B", "Medicare Part B", "medicare", "medicare"),
    ("60054", "Aetna", "commercial", "aetna"),
    ("00060", "Blue Cross Blue Shield", "commercial", "blue-cross-blue-shield"),
    ("62308", "Cigna", "commercial", "cigna"),
    ("87726", "UnitedHealthcare", "commercial", "unitedhealthcare"),
    ("77777", "Some other plan", "commercial", None),
)
FIRST_NAMES = ("Ada", "Bela", "Cleo", "Dora", "Enzo", "Fay", "Gus", "Hal", "Ivo", "June")
LAST_NAMES = ("Testcase", "Madeup", "Invented", "Sample", "Nobody", "Example", "Placeholder", "Fictional")


class _Zipf:
    """Draws from `items` with a weight that falls with the rank."""

    def __init__(self, items: Sequence[str], exponent: float = 1.05) -> None:
        self._items = items
        self._weights = list(accumulate(1 / rank**exponent for rank in range(1, len(items) + 1)))

    def draw(self, random: Random) -> str:
        return random.choices(self._items, cum_weights=self._weights)[0]


class Maker:
    """Makes claims; which ones depends on the random numbers alone."""

    def __init__(
        self,
        random: Random,
        usable: Callable[[str], bool],
        procedures: Container[str] = (),
        diagnoses: Container[str] = (),
    ) -> None:
        """`usable`: whether a supply may be billed as these claims do. `procedures`, `diagnoses`: the common ones."""
        self._random = random
        folder = data_folder()
        supplies = [row["code"] for row in _rows(folder / "hcpcs.tsv") if row["code"][0] in "AEJL"]
        supplies = [code for code in supplies if usable(code)]
        valid = [row["code"] for row in _rows(folder / "icd10cm.tsv") if not row["flags"]]
        valid = [f"{code[:3]}.{code[3:]}" if len(code) > 3 else code for code in valid if code[1:3].isdigit()]
        self._supplies = _Zipf(_common_first(supplies, procedures, random))
        self._diagnoses = _Zipf(_common_first(valid, diagnoses, random))
        self._visits = _Zipf(VISITS)
        self._modifiers = _Zipf(MODIFIERS)
        self._prices: dict[str, int] = {}
        self._usual: dict[str, tuple[tuple[str, ...], int]] = {}
        self._providers = _Zipf([_npi(random) for _ in range(2000)])

    def make(self, number: int, *, clean: bool) -> Event:
        """One claim. `clean`: without a fault put in on purpose."""
        random = self._random
        day = FIRST_DAY + dt.timedelta(days=random.randrange(DAYS))
        diagnoses = list(dict.fromkeys(self._diagnoses.draw(random) for _ in range(random.randint(1, 3))))
        lines = self._lines(diagnoses)
        self._fill(lines, day, diagnoses)
        event = self._envelope(number, day, diagnoses, lines)
        if not clean:
            random.choice(FAULTS)(event, random)
        return event

    def _lines(self, diagnoses: list[str]) -> list[Line]:
        """Four lines; one claim in five has a procedure of the edits that ship, the others a visit and supplies."""
        random = self._random
        kind = random.random()
        visit = self._visits.draw(random)
        if kind < 0.10:
            diagnoses.insert(0, "L57.0")
            lines = [
                service(visit, "25"),
                service("17000", points=[1]),
                service("17003", units=random.randint(1, 12), points=[1]),
            ]
        elif kind < 0.13:
            diagnoses.insert(0, "L57.0")
            lines = [service(visit, "25"), service("17004", points=[1])]
        elif kind < 0.16:
            diagnoses.insert(0, "C79.51")
            lines = [service("20983", points=[1])]
        elif kind < 0.19:
            diagnoses.insert(0, random.choice(("N87.0", "N87.1", "D06.9", "C53.9")))
            lines = [service(visit, "57"), service("57520", points=[1])]
        elif kind < 0.20:
            lines = [service(visit), service("3753F", charge=random.choice(("0.00", "0.01")))]
        elif kind < 0.85:
            lines = [service(visit)]
        else:
            lines = []
        while len(lines) < 4:
            lines.append(self._supply())
        return lines

    def _supply(self) -> Line:
        """A code with its usual modifiers and units, now and then with others."""
        random = self._random
        code = self._supplies.draw(random)
        usual = self._usual.setdefault(code, self._usage())
        modifiers, units = usual if random.random() < USUAL else self._usage()
        line = service(code, *modifiers, units=units)
        if code[0] == "J" and random.random() < 0.5:
            line["ndc"] = f"{random.randrange(10**5):05}{random.randrange(10**4):04}{random.randrange(100):02}"
        return line

    def _usage(self) -> tuple[tuple[str, ...], int]:
        random = self._random
        modifiers = (self._modifiers.draw(random),) if random.random() < 0.3 else ()
        return modifiers, random.choices((1, 2, 3, 5, 10, 30), (70, 12, 6, 5, 4, 3))[0]

    def _fill(self, lines: list[Line], day: dt.date, diagnoses: list[str]) -> None:
        random = self._random
        later = day + dt.timedelta(days=1) if random.random() < 0.2 else day
        for index, line in enumerate(lines):
            # Only the last line moves to a second date: an add-on stays with its primary.
            date = later if index == len(lines) - 1 else day
            line["line_number"] = index + 1
            line["service_date_from"] = line["service_date_to"] = date.isoformat()
            if not line["diagnosis_pointers"]:
                line["diagnosis_pointers"] = random.sample(
                    range(1, len(diagnoses) + 1), random.randint(1, min(2, len(diagnoses)))
                )
            if line["charge"] is None:
                line["charge"] = money(self._price(line["procedure_code"]) * int(line["units"]))
        pointed = {pointer for line in lines for pointer in line["diagnosis_pointers"]}
        # Every diagnosis is there for a service; the last line takes what no other points at.
        lines[-1]["diagnosis_pointers"] += [at for at in range(1, len(diagnoses) + 1) if at not in pointed]

    def _price(self, code: str) -> int:
        """Cents for one unit: a practice charges by a list of its own, and there are many such lists."""
        listed = self._prices.setdefault(code, self._random.randint(500, 45_000))
        return listed * (100 + 5 * self._random.randrange(LISTS)) // 100

    def _envelope(self, number: int, day: dt.date, diagnoses: list[str], lines: list[Line]) -> Event:
        random = self._random
        payer_id, payer_name, business, policy = random.choices(PAYERS, (40, 12, 16, 10, 14, 8))[0]
        born = (dt.date(1935, 1, 1) + dt.timedelta(days=random.randrange(25_000))).isoformat()
        sex = "F" if any(line["procedure_code"] == "57520" for line in lines) else random.choice("FM")
        person = {"birth_date": born, "sex": sex}
        name = {"first_name": random.choice(FIRST_NAMES), "last_name": random.choice(LAST_NAMES)}
        received = dt.datetime.combine(day, dt.time(random.randrange(24), random.randrange(60)), dt.UTC)
        received += dt.timedelta(days=random.randint(2, 30))
        npi = self._providers.draw(random)
        return {
            "claim_id": f"BENCH-{number:08}",
            "claim_type": "professional",
            "claim_frequency_code": "1",
            "received_at": received.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "payer": {"id": payer_id, "name": payer_name, "line_of_business": business, "policy": policy},
            "subscriber": {"member_id": f"TEST{random.randrange(10**7):07}", **person, **name},
            "patient": {"relationship_code": "18", "account_number": f"ACCT-{number}", **person},
            "billing_provider": {"npi": npi, "taxonomy_code": "207N00000X", "tax_id": "000000000"},
            "rendering_provider": {"npi": self._providers.draw(random)},
            "place_of_service": random.choices((OFFICE, HOSPITAL), (85, 15))[0],
            "total_charge": money(sum(cents(line["charge"]) for line in lines)),
            "diagnoses": diagnoses,
            "documentation": None,
            "service_lines": lines,
        }


def _common_first(codes: list[str], known: Container[str], random: Random) -> list[str]:
    """Ranks: in any order, the known ones first."""
    random.shuffle(codes)
    return sorted(codes, key=lambda code: code not in known)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a shipped table that are in force on all the bench's dates."""
    first = FIRST_DAY.strftime("%Y%m%d")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["start"] <= first and not row["end"]:
                yield row


def _npi(random: Random) -> str:
    """A number with the NPI's check digit: Luhn's over the nine digits with the issuer's prefix 80840 before them."""
    digits = f"1{random.randrange(10**8):08}"
    total = 24 + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2]) + sum(map(int, digits[-2::-2]))
    return f"{digits}{-total % 10}"
