"""The edits, one module per family. Importing this package declares them all: a new module is found by itself."""

import importlib
import pkgutil

from scrubber.rules.form import Rule, declared

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

RULES: dict[str, Rule] = dict(sorted(declared().items()))
"""Every rule by id."""

__all__ = ["RULES", "Rule"]
