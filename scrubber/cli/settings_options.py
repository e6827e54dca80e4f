"""Options out of the fields of `Settings`: a setting is described once, and every command takes it alike."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer

from scrubber.cli.terminal import fail
from scrubber.settings import Secret, Settings, SettingsError, settings_fields

if TYPE_CHECKING:
    from dataclasses import Field

CONNECTION: Final = (
    "bootstrap_servers",
    "security_protocol",
    "sasl_mechanism",
    "sasl_username",
    "sasl_password_file",
    "sasl_token_file",
    "sasl_token_url",
    "sasl_token_scope",
    "sasl_token_ca_file",
    "tls_ca_file",
    "tls_cert_file",
    "tls_key_file",
)
OUTPUTS: Final = ("passed_topic", "fix_suggested_topic", "denial_risk_topic", "dead_letter_topic")
ALL: Final = tuple(item.name for item in settings_fields())

_KINDS: Final = {int: "INTEGER", float: "NUMBER"}

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Settings as TOML. Flags win over SCRUBBER_* variables, these over it."
    ),
]


def takes_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each setting in `names`; it gets what was given as `flags`, by field name."""
    chosen = [item for item in settings_fields() if item.name in names and not isinstance(item.default, Secret)]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def with_flags(**arguments: Any) -> None:  # noqa: ANN401  whatever the command takes
            flags = {item.name: arguments.pop(item.name) for item in chosen}
            command(**arguments, flags=flags)

        own = inspect.signature(command)
        options = [
            inspect.Parameter(
                item.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, _option(item)]
            )
            for item in chosen
        ]
        hints = get_type_hints(command, include_extras=True)
        kept = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[each.name])
                for each in own.parameters.values() if each.name != "flags"]  # fmt: skip
        with_flags.__signature__ = own.replace(parameters=[*kept, *options])  # type: ignore[attr-defined]  # inspect honours it
        with_flags.__annotations__ = {each.name: each.annotation for each in [*kept, *options]}
        return with_flags

    return decorate


def load_or_fail(flags: dict[str, str | None], config: Path | None) -> Settings:
    """The settings, or every problem with them on stderr."""
    try:
        return Settings.load(flags, file=config)
    except SettingsError as error:
        fail("settings that will not do:\n  " + "\n  ".join(error.problems))


def _option(item: "Field[Any]") -> Any:  # noqa: ANN401  Typer does not name the type
    choices = item.metadata["choices"]
    kind = "PATH" if item.name.endswith(("_file", "_folder", "_bundle")) else _KINDS.get(type(item.default), "TEXT")
    # Typer must not see the default: what is not given may still come from the environment or a file.
    default = f"  [default: {item.default}]" if item.default not in (None, "") else ""
    flag = "--" + item.name.replace("_", "-")
    return typer.Option(
        flag, metavar="|".join(choices) or kind, help=item.metadata["text"] + default, show_default=False
    )
