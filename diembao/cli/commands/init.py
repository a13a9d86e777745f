"""init, config check: a home folder that can be used."""

from importlib.resources import files
from pathlib import Path

import click

from config.load import Fault
from diembao.cli.context import WRONG, CliContext, pass_context
from diembao.system.messages import say


@click.command(
    help=say(
        "Tạo thư mục dữ liệu với các tệp cấu hình có chú thích; không ghi đè tệp đã có.",
        "Write a commented configuration into the home folder; files that exist are left alone.",
    )
)
@pass_context
def init(app: CliContext) -> None:
    from config.load import FILES
    from diembao.system.home import write_atomically

    written: list[str] = []
    for name in FILES:
        path = app.home.config / name
        if not path.exists():
            write_atomically(path, (files("config") / name).read_bytes())
            written.append(str(path))
    if app.as_json:
        app.print_json({"home": str(app.home.root), "written": written})
    for line in written:
        app.print(say(f"Đã ghi {line}", f"Wrote {line}"))
    if not written:
        app.print(say(f"Mọi tệp đã có sẵn trong {app.home.config}", f"All files are already in {app.home.config}"))
    app.print(
        say(
            'Tiếp theo: điền "contact" trong settings.toml, xem lại sources.toml, rồi chạy: diembao config check',
            'Next: fill in "contact" in settings.toml, look through sources.toml, then run: diembao config check',
        )
    )


@click.group(help=say("Xem và kiểm tra cấu hình.", "Look at and check the configuration."))
def config() -> None:
    pass


@config.command(
    help=say("Kiểm tra mọi tệp cấu hình và nêu hết các lỗi.", "Check every configuration file and tell all faults.")
)
@pass_context
def check(app: CliContext) -> int:
    faults = check_configuration(app.home.config)
    if app.as_json:
        app.print_json([{"file": f.file, "line": f.line, "key": f.key, "message": f.message} for f in faults])
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
    if faults:
        app.print(say(f"{len(faults)} lỗi.", f"{len(faults)} faults."))
        return WRONG
    app.print(say(f"Cấu hình trong {app.home.config} hợp lệ.", f"The configuration in {app.home.config} is valid."))
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
