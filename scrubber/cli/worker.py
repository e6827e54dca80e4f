"""`scrubber worker`: the claims of a Kafka topic in, verdicts out."""

from typing import Annotated

import typer

from scrubber.cli.settings_options import ALL, ConfigFile, load_or_fail, takes_settings


@takes_settings(*ALL)
def worker(
    *,
    config: ConfigFile = None,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print every setting with where it came from, and exit.")
    ] = False,
    flags: dict[str, str | None],
) -> None:
    """Scrub the claims of a Kafka topic, exactly once, until told to stop by SIGTERM or SIGINT.

    Every option can also be set as an environment variable (SCRUBBER_BOOTSTRAP_SERVERS and so on) or in the file that
    --config or SCRUBBER_CONFIG names. A password comes from SCRUBBER_SASL_PASSWORD or a file only.

    Exit codes: 0 stopped as asked; 2 a setting will not do; 3 Kafka refuses for good (rights, login, version);
    4 an error nobody foresaw; 5 closing took longer than --drain-seconds; 6 ended by a second signal; 7 the pages'
    address is taken; 8 reference data or payer policies could not be loaded.
    """
    settings = load_or_fail(flags, config)
    if print_config:
        typer.echo(settings.describe())
        return
    from scrubber.worker import run

    raise typer.Exit(run(settings))
