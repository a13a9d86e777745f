"""The command line: options that hold for every command, and errors turned into messages and exit codes."""

import sys
from pathlib import Path

import click

from diembao.cli.commands import (
    alerts,
    collect,
    db,
    decide,
    demo,
    digest,
    doctor,
    explain,
    extract,
    init,
    ledger,
    maintenance,
    publish,
    report,
    search,
    serve,
    sources,
    status,
    stories,
    train,
)
from diembao.cli.context import FAILED, LOCKED, WRONG, CliContext
from diembao.system.home import Home, HomeInUse, default_home
from diembao.system.messages import asked_language, say


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=say(
        "Điểm báo: mỗi sáng cho biết báo chí trong và ngoài nước viết gì về địa phương.\n\n"
        "Mã thoát: 0 xong; 1 xong nhưng có phần hỏng (nói rõ phần nào); 2 dùng sai hoặc cấu hình sai; "
        "3 một lượt chạy khác đang giữ khóa.",
        "Press review: every morning, what the press at home and abroad writes about the province.\n\n"
        "Exit codes: 0 done; 1 done but something failed (said which); 2 wrong use or configuration; "
        "3 another run holds the lock.",
    ),
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=say(
        "Thư mục dữ liệu và cấu hình (mặc định: $DIEMBAO_HOME, hoặc thư mục dữ liệu của hệ điều hành).",
        "Folder of data and configuration (default: $DIEMBAO_HOME, else the platform's data folder).",
    ),
)
@click.option(
    "--lang",
    type=click.Choice(["vi", "en"]),
    help=say("Ngôn ngữ hiển thị (mặc định: vi).", "Language of what is shown (default: vi)."),
)
@click.option("--quiet", "-q", is_flag=True, help=say("Chỉ in lỗi.", "Print errors only."))
@click.option("--json", "as_json", is_flag=True, help=say("In kết quả dạng JSON.", "Print results as JSON."))
@click.version_option(package_name="diembao")
@click.pass_context
def cli(context: click.Context, home: Path | None, lang: str | None, quiet: bool, as_json: bool) -> None:
    context.obj = CliContext(
        Home((home or default_home()).absolute()), "en" if (lang or asked_language()) == "en" else "vi", quiet, as_json
    )


for module in (
    init,
    sources,
    collect,
    ledger,
    digest,
    report,
    publish,
    extract,
    stories,
    search,
    decide,
    maintenance,
    explain,
    train,
    serve,
    status,
    alerts,
    doctor,
    db,
    demo,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command line and exit with its code."""
    from config.load import ConfigError
    from storage.engine.errors import StorageError

    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ConfigError as error:
        head = say("Cấu hình có lỗi:", "The configuration has faults:")
        click.echo("\n".join([head, *(f"  {fault}" for fault in error.faults)]), err=True)
        sys.exit(WRONG)
    except HomeInUse as error:
        click.echo(say(f"Một lượt chạy khác đang giữ khóa: {error}", f"Another run holds the lock: {error}"), err=True)
        sys.exit(LOCKED)
    except (StorageError, OSError) as error:
        click.echo(say(f"Lỗi: {error}", f"Error: {error}"), err=True)
        sys.exit(FAILED)
