"""Row `worker-eos`: the worker itself, told by the environment where to read and write; all else as it ships."""

import os
import sys

from .peer import Route


def main() -> None:
    route = Route.from_arguments()
    settings = {
        "bootstrap_servers": route.broker,
        "group": route.group,
        "instance": "bench",
        "input_topic": route.source,
        "passed_topic": route.sinks["pass"],
        "fix_suggested_topic": route.sinks["fix-suggestion"],
        "denial_risk_topic": route.sinks["denial-risk"],
        "dead_letter_topic": f"{route.group}-dead-letter",
        "web_port": os.environ["BENCH_WEB_PORT"],
    }
    env = os.environ | {f"SCRUBBER_{name.upper()}": value for name, value in settings.items()}
    # In place of this process: what is measured is the worker's command, nothing around it.
    os.execve(sys.executable, [sys.executable, "-m", "scrubber.worker"], env)  # noqa: S606


if __name__ == "__main__":
    main()
