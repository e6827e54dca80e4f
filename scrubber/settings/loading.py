"""Values out of a TOML file, the environment and flags, each checked against its field; problems are collected."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field
from pathlib import Path
from typing import Any, Final

from scrubber.settings.options import allowed, options, shown, type_of
from scrubber.settings.secret import Secret

ENV_PREFIX: Final = "SCRUBBER_"
CONFIG_VARIABLE: Final = "SCRUBBER_CONFIG"


def read_values(
    kind: type, flags: Mapping[str, object], env: Mapping[str, str], file: Path | None, problems: list[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Value and source of every setting of the class `kind` that was given; what will not do goes to `problems`."""
    known = {item.name: item for item in options(kind)}
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, raw, source in _given(list(known), flags, env, file, problems):
        value = _convert(known[name], type_of(kind, name), raw, source, problems)
        if value is not None:
            values[name], sources[name] = value, source
    return values, sources


def _given(
    known: list[str], flags: Mapping[str, object], env: Mapping[str, str], file: Path | None, problems: list[str]
) -> Iterator[tuple[str, object, str]]:
    """Yield name, raw value, source: the weakest source first, so that a later one overrides."""
    chosen = file or (Path(env[CONFIG_VARIABLE]) if env.get(CONFIG_VARIABLE) else None)
    if chosen is not None:
        for name, raw in _read_file(chosen, problems).items():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                problems.append(f"{name} (file {chosen}): there is no such setting{hint}")
            elif name == "sasl_password":
                problems.append(f"{name} (file {chosen}): use {ENV_PREFIX}SASL_PASSWORD or sasl_password_file")
            else:
                yield name, raw, f"file {chosen}"
    for name in known:
        variable = ENV_PREFIX + name.upper()
        if variable in env:
            yield name, env[variable], f"environment {variable}"
    for name, raw in flags.items():
        if name not in known:
            msg = f"no setting is called {name}"
            raise TypeError(msg)
        if raw is not None:
            yield name, raw, "flag"


def _read_file(path: Path, problems: list[str]) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"settings file {path}: cannot be read ({error.strerror})")
    except (ValueError, RecursionError):  # not UTF-8, not TOML, a number of thousands of digits; lists without end
        problems.append(f"settings file {path}: is not TOML (UTF-8, `name = value` lines)")
    return {}


def _convert(item: Field[Any], base: type, raw: object, source: str, problems: list[str]) -> object | None:
    """Return the typed value, or None after adding a problem."""
    value: object | None = None
    if base is Secret:
        return Secret(str(raw))
    try:
        if base is int and isinstance(raw, int | str) and not isinstance(raw, bool):
            value = int(raw)
        elif base is float and isinstance(raw, int | float | str) and not isinstance(raw, bool):
            value = float(raw)
        elif base is Path and isinstance(raw, str | Path) and str(raw) and "\0" not in str(raw):
            value = Path(raw)
        elif base is str and isinstance(raw, str):
            value = raw.strip()
    except (TypeError, ValueError, OverflowError):
        value = None
    low, high, choices = item.metadata["low"], item.metadata["high"], item.metadata["choices"]
    if choices and isinstance(value, str):
        value = next((choice for choice in choices if choice.lower() == value.lower()), None)
    # Asked so that a float which is no number, below and above nothing, is refused too.
    if isinstance(value, int | float) and not ((low is None or value >= low) and (high is None or value <= high)):
        value = None
    if value is None or (value == "" and item.default not in ("", MISSING)):
        problems.append(f"{item.name} ({source}): {shown(raw)!r} will not do; allowed is {allowed(item, base)}")
        return None
    return value
