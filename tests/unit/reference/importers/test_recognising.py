from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers.catalog import KINDS, read, recognise
from tests.unit.reference.importers import published
from tests.unit.reference.importers.published import hcpcs_record, save

FILES = {
    "ptp-practitioner": published.PTP,
    "ptp-hospital": published.PTP,
    "mue-practitioner": published.MUE,
    "mue-outpatient": published.MUE.replace("Practitioner", "Outpatient Hospital"),
    "mue-dme": published.MUE.replace("Practitioner", "DME Supplier"),
    "add-on": published.AOC,
    "fee-schedule": published.PFS,
    "hcpcs": hcpcs_record("J0570") + "\n",
    "icd10cm-order": published.ORDER,
    "icd10cm-tabular": published.TABULAR,
    "pos": published.POS,
    "taxonomy": published.TAXONOMY,
    "carc": published.CARC,
    "rarc": published.RARC,
}


def _saved(folder: Path, kind: str) -> Path:
    names = {"ptp-practitioner": "ccipra.txt", "ptp-hospital": "ccioph.txt"}
    return save(folder, FILES[kind], names.get(kind, "MUE PPRRVU AOC ccipra icd10cm_order.txt"))


def test_every_kind_is_tried() -> None:
    assert set(FILES) == set(KINDS)


@pytest.mark.parametrize("kind", FILES)
def test_each_kind_by_its_content_whatever_its_name(tmp_path: Path, kind: str) -> None:
    path = _saved(tmp_path, kind)
    assert recognise(path) == kind
    assert read(path).kind == kind


@pytest.mark.parametrize("kind", FILES)
def test_no_file_is_taken_for_another_kind(tmp_path: Path, kind: str) -> None:
    path = _saved(tmp_path, kind)
    for other in KINDS:
        if other != kind:
            with pytest.raises(SourceError, match=f"Name the kind {kind}"):
                read(path, other)


@pytest.mark.parametrize("content", ["", "\n\n", "hello\n", "code,start,end,flags\nA34,20151001,,\n", b"\x00\xff" * 99])
def test_what_is_not_recognised_hears_what_was_looked_for(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(SourceError) as raised:
        recognise(save(tmp_path, content, "MCR_MUE_PractitionerServices.csv"))
    for kind in KINDS:
        assert kind in str(raised.value)


def test_a_kind_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"one of the kinds ptp-practitioner, .*, not 'mue'\. Name one"):
        read(_saved(tmp_path, "mue-dme"), "mue")
