"""Small files in the layouts of CMS's published ones, with invented codes or the few that every page of ours names."""

import csv
import io
from pathlib import Path

_PTP_HEADER = "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
_FEES_HEADER = (
    "HCPCS,MOD,DESCRIPTION,STATUS CODE,GLOB DAYS,PCTC IND,MULT PROC,BILAT SURG,ASST SURG,CO- SURG,TEAM SURG,"
    "NON-FAC NA INDICATOR,FACILITY NA INDICATOR,NON-FACILITY TOTAL,FACILITY TOTAL,CONV FACTOR"
)


def write_ptp(path: Path, *rows: str) -> Path:
    """`17004 17000 19980401 * 0`: column 1, column 2, effective, deleted, indicator."""
    lines = []
    for row in rows:
        one, two, effective, deleted, indicator = row.split()
        lines.append(f"{one}\t{two}\t\t{effective}\t{deleted}\t{indicator}\tInvented rationale\r\n")
    path.write_bytes(("CPT only. All rights reserved.\r\n" + _PTP_HEADER + "".join(lines)).encode("cp1252"))
    return path


def write_mue(path: Path, *rows: str, service: str = "Practitioner Services") -> Path:
    """`17000 1 2`: code, units, MAI."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Notice\nof several lines \u00ae"])
    writer.writerow(["HCPCS/\nCPT Code", f"{service} MUE Values", "MUE Adjudication Indicator", "MUE Rationale"])
    kinds = {"1": "1 Line Edit", "2": "2 Date of Service Edit: Policy", "3": "3 Date of Service Edit: Clinical"}
    for row in rows:
        code, units, mai = row.split()
        writer.writerow([code, units, kinds[mai], "Invented rationale"])
    path.write_bytes(text.getvalue().encode("cp1252"))
    return path


def write_add_ons(path: Path, *rows: str) -> Path:
    """`17003 1 17000 2013091 -`: add-on code, type, primary, effective, deleted."""
    lines = ["AOC Edit Type\tAdd-On Code\tAOC Del Dt\tPrimary Code\tPrimary Code Del Dt\tEdit Eff Dt\tEdit Del Dt"]
    for row in rows:
        code, kind, primary, effective, deleted = row.split()
        lines.append(f"{kind}\t{code}\t\t{primary}\t\t{effective}\t{'' if deleted == '-' else deleted}")
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def write_fees(path: Path, *rows: str) -> Path:
    """`17000 - A 010`: code, modifier, status, global days; the indicators are those of 17000."""
    lines = [",,2025 National Physician Fee Schedule Relative Value File October Release", _FEES_HEADER]
    for row in rows:
        code, modifier, status, days = row.split()
        lines.append(f"{code},{modifier.strip('-')},,{status},{days},0,2,0,1,0,0,,,2.05,1.66,32.3465")
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def write_taxonomy(path: Path, *codes: str) -> Path:
    """NUCC's columns, with these codes."""
    lines = ["Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section"]
    lines += [f"{code},Group,Class,,,,Invented {code},Individual" for code in codes]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
