"""Small files in the layouts of their publishers. Codes are real, rows are made up."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from scrubber.reference.importers.catalog import read
from scrubber.reference.importers.parsed import Parsed

PTP_HEAD = (
    "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t\n"
    "Column1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
WHY = "Misuse of Column Two code with Column One code"
PTP_EDIT = f"17000\t99213\t\t20130701\t20191231\t1\t{WHY}\n"
PTP = PTP_HEAD + PTP_EDIT

MUE_NOTICE = '"Codes, descriptions and other data are copyright.\n\nCPT\xae is a trademark.\n\nNo warranty.",,,\n'
MUE_HEAD = MUE_NOTICE + '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
MUE_ROW = "17000,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction\n"
MUE = MUE_HEAD + MUE_ROW

AOC_HEAD = (
    "CPT only copyright 2023 American Medical Association. All rights reserved.\n"
    "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\t"
    "Special_Instruction_Notes\n"
)
AOC = AOC_HEAD + "1\t17003\t\t17000\t\t2013091\t\t\n"

_BANNER_2025 = (
    ",,2025 National Physician Fee Schedule Relative Value File October Release",
    ",,CPT codes and descriptions only are copyright. ",
    ",,Dental codes (D codes) are copyright.",
    ",, ",
    ",,RELEASED 09/11/2025",
)
_NAMES_2025 = (
    ",, , ,,,,,,,,,,,,,,,,,,,,,,,,,NON-FACILITY,FACILITY,",
    ",,,,NOT USED,,,,,,,,,,,,,,,,,,,,,PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED",
    ",,,,FOR,,,NON-FAC,,FACILITY ,,,,,,,,,,,,,,,,SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS,FOR OPPS",
    (
        ",,,STATUS,MEDICARE ,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,"
        "ASST,CO-,TEAM,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT"
    ),
    (
        "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,"
        "PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT"
    ),
)
PFS_ROW = (
    "76940,,,A,,2.00,1.00,{na},1.00,,0.10,3.10,2.60,1,{days},0.00,0.00,0.00,0,0,0,0,0,,32.3465,02,0,99,0.00,0.00,0.00"
)
PFS_HEAD = "".join(f"{line}\n" for line in _BANNER_2025 + _NAMES_2025)
PFS = f"{PFS_HEAD}{PFS_ROW.format(na='NA', days='YYY')}\n"


def as_2026(line: str, name: str = "9") -> str:
    """A line of the 2025 layout with the column that 2026 put before ENDO BASE."""
    cells = line.split(",")
    return ",".join([*cells[:23], name, *cells[23:]])


ORDER = f"00001 A00     0 {'Cholera':60} Cholera\n00002 A000    1 {'Cholera due to V. cholerae':60} Cholera due to it\n"
TABULAR = (
    "<?xml version='1.0'?>\n<ICD10CM.tabular>\n<version>2026</version>\n<chapter><desc>Some (A00-B99)</desc>"
    "<section id='A00-A09'><excludes1><note>other (B01)</note></excludes1><diag><name>A01</name><desc>Typhoid</desc>"
    "<sevenChrDef><extension char='A'>initial</extension></sevenChrDef></diag></section></chapter></ICD10CM.tabular>\n"
)
POS = "pos_code,pos_type,pos_name,pos_description\n11,Non-Facility,Office,text\n28,Unassigned,Unassigned,\n"
TAXONOMY = (
    "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n"
    '207N00000X,"Group, all",Dermatology,,"Long, with ""quotes""\nand lines",,Dermatology Physician,Individual\n'
)
CARC = (
    "Code,Description,Start Date,Last Modified,Stop Date\n4,ours,01/01/1995,03/01/2020,\nP1,ours,11/01/2013,,7/1/2016\n"
)
RARC = "Code,Description,Start Date,Last Modified,Stop Date\nM1,ours,1997-01-01,,\nN519,ours,2009-07-01,,\n"
HCPCS_HEAD = "HCPC,RECID,SHORT DESCRIPTION,COV,ADD DT,ACT EFF DT,TERM DT"
HCPCS = f"{HCPCS_HEAD}\n   LT,7,Left side,D,19840101,19840101,\nJ0570,3,Drug  x,D,20170101,20251001,\nJ0570,4,,,,,\n"


def hcpcs_record(code: str, kind: str = "3", added: str = "20170101", ended: str = "") -> str:
    """A record of 320 characters, by CMS's record layout."""
    parts = {0: f"{code:>5}", 5: "00100", 10: kind, 11: "Long", 91: "Short", 229: "D", 268: added, 284: ended, 292: "N"}
    record = [" "] * 320
    for at, text in parts.items():
        record[at : at + len(text)] = text
    return "".join(record)


def save(folder: Path, content: str | bytes, name: str = "published.txt", encoding: str = "cp1252") -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def load(folder: Path, content: str | bytes, name: str = "published.txt", kind: str | None = None) -> Parsed:
    """Write and open a file."""
    return read(save(folder, content, name), kind)


def rows(parsed: Parsed) -> list[tuple[Any, ...]]:
    """All its rows as plain tuples."""
    return [tuple(row) for row in parsed.rows]


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in members.items():
            parts.writestr(name, content)
    return file.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(cells: Iterable[Sequence[str | int | float]], title: str = "Sheet1", first_row: int = 1) -> bytes:
    """An .xlsx with one sheet; numbers are stored as numbers, empty texts not at all."""
    lines = []
    for number, row in enumerate(cells, first_row):
        line = "".join(_cell(f"{_letters(at)}{number}", value) for at, value in enumerate(row) if value != "")
        lines.append(f'<row r="{number}">{line}</row>')
    content = f'{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{content}.relationships+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{title}" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>'
            f"{''.join(lines)}</sheetData></worksheet>",
        }
    )


def _cell(at: str, value: str | float) -> str:
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def _letters(at: int) -> str:
    high, low = divmod(at, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)
