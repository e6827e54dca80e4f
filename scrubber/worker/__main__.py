"""`python -m scrubber.worker`: a worker with settings from the environment and the file alone."""

import sys

from scrubber.settings import Settings, SettingsError
from scrubber.worker import ExitCode, run


def main() -> int:
    """Return the exit code."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return int(ExitCode.SETTINGS)
    return run(settings)


if __name__ == "__main__":
    sys.exit(main())
