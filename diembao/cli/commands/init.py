"""init, config check: the configuration of a home folder written and checked."""

import click

from diembao.cli import translated
from diembao.cli.context import WRONG, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.notices import shown


@translated.command(help=mark("Write a commented configuration into the home folder; files that exist are left alone."))
@pass_context
def init(app: CliContext) -> None:
    from diembao.jobs.configuration import write_configuration

    paths = [str(path) for path in write_configuration(app.home.config)]
    if app.as_json:
        app.print_json({"home": str(app.home.root), "written": paths})
    for path in paths:
        app.print(translate("Wrote {file}", file=path))
    if not paths:
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
    from diembao.jobs.configuration import check_configuration

    faults = check_configuration(app.home.config)
    if app.as_json:
        app.print_json([{"file": f.file, "line": f.line, "key": f.key, "message": shown(f.message)} for f in faults])
    else:
        for fault in faults:
            click.echo(fault.translated(), err=True)
    if faults:
        app.print(translate("{faults} faults.", faults=len(faults)))
        return WRONG
    app.print(translate("The configuration in {folder} is valid.", folder=app.home.config))
    return 0


COMMANDS = (init, config)
