"""`python -m tests.fuzz.target NAME FOLDER`: one target in this process, or the files given, each tried once."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any, Final

from tests.fuzz.guard import INSTRUMENTED, LIMIT, Guard

TARGETS: Final = {
    "decode": ("scrubber.contract", "scrubber.kafka.handler"),
    "engine": ("scrubber.contract", "scrubber.engine", "scrubber.rules"),
    "imports": ("scrubber.reference.importers", "scrubber.reference.importing"),
    "bundle": ("scrubber.reference.bundle",),
    "policies": ("scrubber.policy",),
    "settings": ("scrubber.settings",),
    "claim_files": ("scrubber.cli.claim_files", "scrubber.cli.json_values"),
}
"""Each target, and the modules in which it looks for branches not yet taken: only those, which is much quicker."""
_ROOT: Final = Path(__file__).parents[2]
_HANGS: Final = 20
_MOST_MB: Final = 3072


def main() -> None:
    options = _options()
    if options.files:
        target = importlib.import_module(f"tests.fuzz.targets.{options.name}")
        guard = Guard(target.one, options.folder / "replayed", getattr(target, "LIMIT", LIMIT))
        target.one(target.seeds()[0])  # what is loaded once is not the input's doing
        for file in options.files:
            guard(file.read_bytes())
        return
    _fuzz(options)


def _fuzz(options: argparse.Namespace) -> None:
    import atheris

    with atheris.instrument_imports(include=["scrubber"], exclude=_others(TARGETS[options.name])):
        target: Any = importlib.import_module(f"tests.fuzz.targets.{options.name}")
    corpus = options.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number:04}").write_bytes(seed)
        target.one(seed)
    arguments = [
        sys.argv[0],
        f"-max_total_time={options.seconds}",
        f"-timeout={_HANGS}",
        f"-rss_limit_mb={_MOST_MB}",
        f"-max_len={target.LONGEST}",
        f"-artifact_prefix={options.folder}/",
        "-print_final_stats=1",
        "-len_control=0",
        str(corpus),
    ]
    mutate = getattr(target, "mutate", None)
    extra = {"custom_mutator": mutate} if mutate else {}
    guard = Guard(target.one, options.folder / "slowest", getattr(target, "LIMIT", LIMIT) * INSTRUMENTED)
    atheris.Setup(arguments, guard, enable_python_coverage=True, **extra)
    atheris.Fuzz()


def _others(wanted: tuple[str, ...]) -> list[str]:
    """Every module of the package that is not wanted: atheris leaves out modules by name only."""
    modules = (file.relative_to(_ROOT).with_suffix("").parts for file in (_ROOT / "scrubber").rglob("*.py"))
    names = (".".join(parts).removesuffix(".__init__") for parts in modules)
    return [name for name in names if not f"{name}.".startswith(tuple(f"{each}." for each in wanted))]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.target", description=__doc__)
    parser.add_argument("name", choices=TARGETS)
    parser.add_argument("folder", type=Path, help="where the corpus and what is found are kept")
    parser.add_argument("files", type=Path, nargs="*", help="inputs to try once, without the fuzzer")
    parser.add_argument("--seconds", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    main()
