"""demo: the main job on a sample press that comes with diembao."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import click

from diembao.cli.context import FAILED, CliContext, pass_context
from diembao.system.messages import say


@click.command(
    help=say(
        "Chạy thử toàn bộ công việc trên một làng báo mẫu đặt ngay trên máy này (127.0.0.1).",
        "Do the whole job on a sample press on this machine (127.0.0.1).",
    )
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    metavar="DIR",
    help=say("Thư mục ghi kết quả.", "Where the results go."),
)
@click.option(
    "--keep", is_flag=True, help=say("Giữ lại cơ sở dữ liệu và cấu hình.", "Keep database and configuration.")
)
@click.option(
    "--serve",
    is_flag=True,
    help=say(
        "Chỉ mở làng báo mẫu và viết cấu hình, rồi chờ (Ctrl-C để dừng).",
        "Only open the sample press, write its configuration and wait (Ctrl-C ends).",
    ),
)
@pass_context
def demo(app: CliContext, out: Path, keep: bool, serve: bool) -> int:
    from diembao.demo.home import write_home
    from diembao.demo.server import Press
    from diembao.system.clock import now
    from diembao.system.home import Home

    out = out.absolute()
    home = Home(out / "home")
    if (home.root / "diembao.db").exists() and not keep and not serve:
        # A database somebody kept is theirs; the demonstration takes a folder of its own.
        home = Home(out / "home-demo")
    with Press(now()) as press:
        write_home(home, press.outlets)
        app.print(
            say(
                f"Làng báo mẫu: {len(press.outlets)} cơ quan báo chí, {len(press.articles)} bài, trên 127.0.0.1",
                f"Sample press: {len(press.outlets)} outlets, {len(press.articles)} articles, on 127.0.0.1",
            )
        )
        if serve:
            return _wait(app, home.root)
        began = time.monotonic()
        base = [sys.executable, "-m", "diembao", "--home", str(home.root), "--lang", app.lang]
        base += ["--quiet"] * app.quiet
        csv = out / "diem-bao.csv"
        # Some outlets of the press are dead or broken on purpose, so `collect` ends with 1: done, but said what failed.
        codes = [
            subprocess.run([*base, *words], check=False).returncode
            for words in (["collect"], ["process"], ["digest", "--out", str(out)], ["export", str(csv)])
        ]
    if any(code > 1 for code in codes) or any(codes[1:]):
        app.warn(say("Chạy thử không thành công.", "The demonstration failed."))
        return FAILED
    html = max(out.glob("diem-bao-*.html"), key=lambda p: p.stat().st_mtime)
    if not keep:
        shutil.rmtree(home.root)
    _tell(app, html, csv, home.root if keep else None, time.monotonic() - began)
    return 0


def _wait(app: CliContext, home: Path) -> int:
    app.print(say(f"Trong cửa sổ khác: diembao --home {home} run", f"In another window: diembao --home {home} run"))
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return 0


def _tell(app: CliContext, html: Path, csv: Path, home: Path | None, seconds: float) -> None:
    if app.as_json:
        app.print_json({"digest": str(html), "csv": str(csv), "home": str(home) if home else None})
        return
    again = f"diembao --home {home} " if home else None
    app.print(say(f"\nXong sau {seconds:.0f} giây.", f"\nDone in {seconds:.0f} s."))
    app.print(say(f"  Bản điểm báo: {html}", f"  Digest: {html}"))
    app.print(say(f"  Bảng CSV:     {csv}", f"  CSV:    {csv}"))
    app.print(say("\nThử tiếp:", "\nTry next:"))
    if again:
        app.print(f"  {again}status")
        app.print(f"  {again}export demo.jsonl --relevance main")
    else:
        app.print(
            say(
                "  diembao demo --keep          giữ cơ sở dữ liệu để xem thêm",
                "  diembao demo --keep          keep the database",
            )
        )
    app.print(say("  diembao --lang en demo       bản tiếng Anh", "  diembao --lang en demo       the same in English"))
    app.print(
        say(
            "  diembao init                 bắt đầu với báo chí thật",
            "  diembao init                 begin with the real press",
        )
    )


COMMANDS = (demo,)
