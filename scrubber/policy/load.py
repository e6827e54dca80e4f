"""Reading payer policies from a folder of TOML files."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from scrubber.policy.model import Policies, Policy


class PolicyError(ValueError):
    """A policy file that cannot be used: which file, which field, what to do."""


def load_policies(folder: Path) -> Policies:
    """Every ``*.toml`` in `folder`. PolicyError names the file and the field that is wrong."""
    raw: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            message = f"{file}: not valid TOML: {error}"
            raise PolicyError(message) from None
        if table.get("id") != file.stem:
            message = f"{file}: id is {table.get('id')!r} but must be {file.stem!r}, the name of the file"
            raise PolicyError(message)
        raw[file.stem] = table
    if "default" not in raw:
        message = f"{folder}: no default.toml; a claim whose payer has no policy needs one"
        raise PolicyError(message)
    policies = {name: _build(name, raw, folder) for name in raw}
    owners: dict[str, str] = {}
    for policy in policies.values():
        for line in policy.lines_of_business:
            if (other := owners.setdefault(line, policy.id)) != policy.id:
                message = (
                    f"{folder}: {other!r} and {policy.id!r} both claim the line of business {line!r}; leave it to one"
                )
                raise PolicyError(message)
    return Policies(policies)


def _build(name: str, raw: dict[str, dict[str, Any]], folder: Path) -> Policy:
    merged: dict[str, Any] = {}
    for table in reversed(_ancestry(name, raw, folder)):
        inherited = {key: value for key, value in merged.items() if key not in ("lines_of_business", "extends")}
        merged = inherited | {
            key: merged[key] | value if isinstance(value, dict) and key in merged else value
            for key, value in table.items()
        }
    digest = hashlib.blake2b(msgspec.json.encode(merged, order="deterministic"), digest_size=6).hexdigest()
    try:
        return msgspec.convert(merged | {"digest": digest}, Policy)
    except msgspec.ValidationError as error:
        message = f"{folder / name}.toml: {error}"
        raise PolicyError(message) from None


def _ancestry(name: str, raw: dict[str, dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """The policy's own table and those it extends, nearest first."""
    chain: list[str] = []
    current: str | None = name
    while current is not None:
        if current in chain or current not in raw:
            problem = "extends itself" if current in chain else f"extends {current!r}, which is not in {folder}"
            message = f"{folder / name}.toml: {problem}"
            raise PolicyError(message)
        chain.append(current)
        current = raw[current].get("extends")
    return [raw[link] for link in chain]
