"""init, config check: the configuration of a home folder written and checked."""

from functools import partial

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, WRONG, CliContext, pass_context
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.notices import shown


@translated.command(help=LISTED["init"].help)
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


@translated.group(help=LISTED["config"].help)
def config() -> None:
    pass


@config.command(help=mark("Check every configuration file and tell all faults."))
@pass_context
@click.pass_context
def check(context: click.Context, app: CliContext) -> int:
    from diembao.cli.job_commands import job_faults
    from diembao.jobs.configuration import check_configuration

    found = check_configuration(app.home, partial(job_faults, context.find_root().command))
    if app.as_json:
        app.print_json(
            [{"file": f.file, "line": f.line, "key": f.key, "message": shown(f.message)} for f in found.faults]
        )
    else:
        for fault in found.faults:
            click.echo(fault.translated(), err=True)
    for doubt in found.doubts:
        app.warn(translate("Note: {doubt}", doubt=doubt.translated()))
    if found.faults:
        app.print(translate("{faults} faults.", faults=len(found.faults)))
        return WRONG
    app.print(translate("The configuration in {folder} is valid.", folder=app.home.config))
    return DONE


COMMANDS = (init, config)
