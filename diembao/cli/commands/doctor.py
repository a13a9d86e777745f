"""doctor: what this machine lacks, and what to do about it."""

import dataclasses

import click

from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.system.messages import say


@click.command(
    help=say(
        "Khám máy này: Python, SQLite, ổ đĩa, múi giờ, bảng mã, phông chữ, cơ sở dữ liệu, máy chủ thư, trình duyệt; "
        "nói cần làm gì. Mã thoát 1 nếu có điều phải sửa.",
        "Examine this machine: Python, SQLite, disk, time zone, encoding, fonts, database, mail server, browser; says "
        "what to do. Exit code 1 where something must be mended.",
    )
)
@click.option(
    "--network",
    is_flag=True,
    help=say(
        "Tra thêm tên máy chủ của ba nguồn, và so đồng hồ với máy chủ của một nguồn.",
        "Also look up the names of three sources, and compare the clock with the server of one.",
    ),
)
@pass_context
def doctor(app: CliContext, network: bool) -> int:
    from config.alerts import load_alerts
    from config.sources import load_sources
    from diembao.service.doctor import examine_machine

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
            app.print_json(dataclasses.asdict(finding))
            continue
        app.print(f"{marks[finding.verdict]} {finding.what}: {finding.said}")
        if finding.do:
            app.print(f"    → {finding.do}")
    return worst


COMMANDS = (doctor,)
