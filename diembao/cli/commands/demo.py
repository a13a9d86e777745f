"""demo: collect, process, digest and export on the sample press that comes with diembao."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.options import gather
from pipeline.i18n.catalogs import mark, translate


@dataclass(frozen=True, slots=True)
class _Options:
    out: Path
    keep: bool
    serve: bool
    keep_serving: bool
    desk: bool


@translated.command(help=LISTED["demo"].help)
@translated.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    metavar="DIR",
    help=mark("Where the results go."),
)
@translated.option("--keep", is_flag=True, help=mark("Keep database and configuration."))
@translated.option(
    "--serve",
    is_flag=True,
    help=mark("Only open the sample press, write its configuration and wait (Ctrl-C ends)."),
)
@translated.option(
    "--keep-serving",
    is_flag=True,
    help=mark(
        "Then keep the sample press open until Enter is pressed, so that the links of the digest can be followed."
    ),
)
@translated.option(
    "--desk",
    is_flag=True,
    help=mark("Then open the desk on what was collected, on a throw-away database, until Ctrl-C."),
)
@pass_context
@gather(_Options)
def demo(app: CliContext, options: _Options) -> int:
    out, keep, serve, keep_serving = options.out, options.keep, options.serve, options.keep_serving
    if options.desk and (keep or serve or keep_serving):
        # The desk's database is deleted at its end: a kept one must not be.
        raise click.UsageError(translate("--desk goes with none of --keep, --serve, --keep-serving"))
    from diembao.demo.home import write_home
    from diembao.demo.server import Press
    from diembao.system.child_process import own_command
    from diembao.system.clock import now
    from diembao.system.home import Home

    out = out.absolute()
    home = Home(out / "home")
    if (home.root / "diembao.db").exists() and not keep and not serve:
        # A kept database is not overwritten: the demonstration takes another folder.
        home = Home(out / "home-demo")
    with Press(now()) as press:
        write_home(home, press.outlets)
        app.print(
            translate(
                "Sample press: {outlets} outlets, {articles} articles, on 127.0.0.1",
                outlets=len(press.outlets),
                articles=len(press.articles),
            )
        )
        if serve:
            return _wait_for_interrupt(app, home.root)
        start = time.monotonic()
        base = [*own_command(), "--home", str(home.root), "--lang", app.lang]
        base += ["--quiet"] * app.quiet
        csv = out / "diem-bao.csv"
        # Some sample outlets are dead or broken on purpose, so `collect` ends with 1 (done, with failures).
        codes = [
            subprocess.run([*base, *words], check=False).returncode
            for words in (["collect"], ["process"], ["digest", "--out", str(out)], ["export", str(csv)])
        ]
        if any(code > 1 for code in codes) or any(codes[1:]):
            app.warn(translate("The demonstration failed."))
            return FAILED
        html = max(out.glob("diem-bao-*.html"), key=lambda p: p.stat().st_mtime)
        brief = max(out.glob("tom-tat-diem-bao-*.html"), key=lambda p: p.stat().st_mtime)
        if options.desk:
            from diembao.cli.commands.desk import serve_sample_desk

            return serve_sample_desk(app, home)
        if not keep:
            shutil.rmtree(home.root)
        _print(app, brief, html, csv, home.root if keep else None, time.monotonic() - start)
        if keep_serving:
            _wait_for_enter(app)
        else:
            app.print(
                translate(
                    "\nThe sample press is closed now, and the links of its digest are dead: --keep-serving keeps it."
                )
            )
    return DONE


def _wait_for_enter(app: CliContext) -> None:
    app.print(translate("\nThe sample press stays open, and the links of the digest work. Enter ends it."))
    try:
        # At the end of a closed input there is nobody to press anything: wait for a signal.
        if not sys.stdin.readline():
            _wait_for_interrupt(app, None)
    except KeyboardInterrupt:
        pass


def _wait_for_interrupt(app: CliContext, home: Path | None) -> int:
    if home is not None:
        app.print(translate("In another window: diembao --home {home} run", home=home))
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return DONE


def _print(app: CliContext, brief: Path, html: Path, csv: Path, home: Path | None, seconds: float) -> None:
    if app.as_json:
        app.print_json({"brief": str(brief), "digest": str(html), "csv": str(csv), "home": str(home) if home else None})
        return
    command = f"diembao --home {home} " if home else None
    app.print(translate("\nDone in {seconds:.0f} s.", seconds=seconds))
    app.print(translate("  Brief:  {html}", html=brief))
    app.print(translate("  Digest: {html}", html=html))
    app.print(translate("  CSV:    {csv}", csv=csv))
    app.print(translate("\nTry next:"))
    app.print(translate("  diembao demo --desk          the desk: the web page where the day is reviewed"))
    if command:
        app.print(f"  {command}status")
        app.print(f"  {command}export demo.jsonl --relevance main")
    else:
        app.print(translate("  diembao demo --keep          keep the database"))
    app.print(translate("  diembao --lang en demo       the same in English"))
    app.print(translate("  diembao init                 begin with the real press"))


COMMANDS = (demo,)
