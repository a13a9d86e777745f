"""doctor: the faults of this machine, each with its remedy."""

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from pipeline.i18n.catalogs import mark


@translated.command(help=LISTED["doctor"].help)
@translated.option(
    "--network",
    is_flag=True,
    help=mark("Also look up the names of three sources, and compare the clock with the server of one."),
)
@pass_context
def doctor(app: CliContext, network: bool) -> int:
    from config.alerts import load_alerts
    from config.sources import load_sources
    from diembao.service.machine.doctor import examine_machine

    marks = {"ok": "✓", "warning": "!", "bad": "✗"}
    worst = DONE
    for finding in examine_machine(
        app.home.root,
        app.settings(),
        load_sources(app.home.config),
        load_alerts(app.home.config),
        app.database(),
        ask_clock=network,
        ask_names=network,
    ):
        worst = FAILED if finding.verdict == "bad" else worst
        if app.as_json:
            app.print_json({"what": finding.what, "verdict": finding.verdict, "said": finding.text, "do": finding.do})
            continue
        app.print(f"{marks[finding.verdict]} {finding.what}: {finding.text}")
        if finding.do:
            app.print(f"    → {finding.do}")
    return worst


COMMANDS = (doctor,)
