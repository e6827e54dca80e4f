"""What a worker and the commands beside it are told: see `Settings`."""

from scrubber.settings.loading import CONFIG_VARIABLE
from scrubber.settings.options import allowed, type_of
from scrubber.settings.secret import Secret
from scrubber.settings.worker import (
    KIB,
    MAX_RECORD_BYTES,
    MIB,
    RECORD_OVERHEAD_BYTES,
    Settings,
    SettingsError,
    names,
    settings_fields,
)

__all__ = [
    "CONFIG_VARIABLE",
    "KIB",
    "MAX_RECORD_BYTES",
    "MIB",
    "RECORD_OVERHEAD_BYTES",
    "Secret",
    "Settings",
    "SettingsError",
    "allowed",
    "names",
    "settings_fields",
    "type_of",
]
