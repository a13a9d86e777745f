"""init, config check: a home folder that can be used."""

from importlib.resources import files
from pathlib import Path

import click

from config.load import Fault
from diembao.cli import translated
from diembao.cli.context import WRONG, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate


@translated.command(help=mark("Write a commented configuration into the home folder; files that exist are left alone."))
@pass_context
def init(app: CliContext) -> None:
    from config.load import FILES
    from diembao.system.files import write_atomically

    written: list[str] = []
    for name in FILES:
        path = app.home.config / name
        if not path.exists():
            write_atomically(path, (files("config") / name).read_bytes())
            written.append(str(path))
    if app.as_json:
        app.print_json({"home": str(app.home.root), "written": written})
    for line in written:
        app.print(translate("Wrote {line}", line=line))
    if not written:
        app.print(translate("All files are already in {folder}", folder=app.home.config))
    app.print(
        translate('Next: fill in "contact" in settings.toml, look through sources.toml, then run: diembao config check')
    )


@translated.group(help=mark("Look at and check the configuration."))
def config() -> None:
    pass


@config.command(help=mark("Check every configuration file and tell all faults."))
@pass_context
def check(app: CliContext) -> int:
    faults = check_configuration(app.home.config)
    if app.as_json:
        app.print_json([{"file": f.file, "line": f.line, "key": f.key, "message": f.message} for f in faults])
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
    if faults:
        app.print(translate("{faults} faults.", faults=len(faults)))
        return WRONG
    app.print(translate("The configuration in {folder} is valid.", folder=app.home.config))
    return 0


def check_configuration(directory: Path) -> list[Fault]:
    """Return every fault of every configuration file in `directory` (packaged ones stand in for missing ones)."""
    from config.alerts import load_alerts
    from config.load import ConfigError
    from config.rulebook import load_rulebook
    from config.schedule import load_schedule
    from config.settings import load_settings
    from config.sources import load_sources

    faults: list[Fault] = []
    for load in (load_settings, load_sources, load_schedule, load_alerts, load_rulebook):
        try:
            load(directory)
        except ConfigError as error:
            # Sources whose searches take their names from places.toml meet its faults too.
            faults.extend(fault for fault in error.faults if fault not in faults)
    return faults


COMMANDS = (init, config)
