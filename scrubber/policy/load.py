"""Payer policies from a folder of TOML files: all checked, then built with what they inherit."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from scrubber.policy.drafts import BY_KEY, Draft, Said, ancestry, effective, read_drafts
from scrubber.policy.errors import PolicyError, Problem, did_you_mean, shown, written
from scrubber.policy.model import Policy
from scrubber.policy.policies import Policies
from scrubber.policy.schema import mistakes

Fingerprint = tuple[tuple[str, int, int], ...]


def load_policies(folder: Path) -> Policies:
    """Every ``*.toml`` in `folder`. PolicyError lists everything that is wrong, by file, line and field."""
    drafts = _usable(folder)
    return Policies({name: _build(effective(draft, drafts)) for name, draft in drafts.items()})


def explain_policy(name: str, folder: Path) -> tuple[Policy, list[Said]]:
    """One policy of the folder, and where each of its values comes from. PolicyError; KeyError where there is none."""
    drafts = _usable(folder)
    said = effective(drafts[name], drafts)
    return _build(said), said


def check_file(file: Path, payer_folder: Path) -> list[Problem]:
    """What is wrong with one policy file; those it extends stand beside it or in `payer_folder`."""
    drafts, problems = read_drafts([file])
    around = {each.stem: each for each in (*_files(payer_folder), *_files(file.parent)) if each.stem != file.stem}
    others, _ = read_drafts(around.values())
    return problems + _problems(drafts, others | drafts, around.keys() | drafts)


def fingerprint(folder: Path) -> Fingerprint:
    """Name, size and time of modification (ns) of each policy file: cheap, and different when a file is.

    OSError when a file goes away meanwhile.
    """
    stats = ((file.name, file.stat()) for file in _files(folder))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _usable(folder: Path) -> dict[str, Draft]:
    """The folder's policy files, nothing wrong with any of them."""
    files = _files(folder)
    names = {file.stem for file in files}
    drafts, problems = read_drafts(files)
    if "default" not in names:
        problems.append(Problem(folder, None, "no default.toml; a claim whose payer has no policy needs one"))
    problems += _problems(drafts, drafts, names)
    if problems:
        raise PolicyError(problems)
    return drafts


def _problems(drafts: Mapping[str, Draft], known: Mapping[str, Draft], names: Collection[str]) -> list[Problem]:
    """What is wrong with `drafts`. They may extend `names`, of which those in `known` could be read."""
    problems = [
        problem
        for draft in drafts.values()
        for problem in sorted(_of_draft(draft, known, names), key=lambda problem: problem.line or 0)
    ]
    owners: dict[str, str] = {}
    for draft in known.values():
        for line in _lines_of_business(draft):
            owner = owners.setdefault(line.casefold(), draft.name)
            told = drafts.get(draft.name) or drafts.get(owner)
            if owner != draft.name and told is not None:
                text = f"{owner!r} and {draft.name!r} both claim the line of business {line!r}; leave it to one"
                problems.append(told.problem(("lines_of_business",), text))
    return problems


def _of_draft(draft: Draft, known: Mapping[str, Draft], names: Collection[str]) -> Iterator[Problem]:
    for mistake in mistakes(draft.table):
        yield draft.problem(mistake.path, f"{written(mistake.path)} {mistake.words}")
    rules = _rule_ids()
    for field in BY_KEY:
        table = draft.table.get(field)
        for rule in table.keys() - rules if isinstance(table, dict) else ():
            hint = did_you_mean(rule, rules, "scrubber rules lists them")
            yield draft.problem((field, rule), f"{field} names a rule that does not exist: {shown(rule)}; {hint}")
    if isinstance(own := draft.table.get("id"), str) and own != draft.name:
        text = f"id is {shown(own)} but must be {draft.name!r}, the name of the file"
        yield draft.problem(("id",), text)
    parent = draft.parent()
    if parent is not None and parent not in names:
        hint = did_you_mean(parent, names, f"there is no {parent}.toml beside it")
        yield draft.problem(("extends",), f"extends {shown(parent)}, which is no policy; {hint}")
    elif any(each.parent() == draft.name for each in ancestry(draft, known)):
        yield draft.problem(("extends",), "extends itself, directly or through others; start from another policy")


def _rule_ids() -> Collection[str]:
    from scrubber.rules import RULES  # noqa: PLC0415  rules read policies, so policies must be there before them

    return RULES.keys()


def _lines_of_business(draft: Draft) -> list[str]:
    lines = draft.table.get("lines_of_business")
    return [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []


def _build(said: list[Said]) -> Policy:
    """The policy of checked drafts."""
    merged: dict[str, Any] = {field: {} for field in BY_KEY}
    for (field, *key), value, _ in said:
        if key:
            merged[str(field)][key[0]] = value
        else:
            merged[str(field)] = value
    digest = hashlib.blake2b(msgspec.json.encode(merged, order="deterministic"), digest_size=6).hexdigest()
    return msgspec.convert(merged | {"digest": digest}, Policy)
