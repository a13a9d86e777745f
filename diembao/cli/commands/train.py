"""train: the statistical part of the rules, rebuilt from labelled texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.jsonl import read_jsonl
from diembao.system.messages import say


@click.command(
    help=say(
        "Học lại trọng số (topic_model.json) từ các tệp đã gán nhãn và quyết định của người duyệt; "
        "không thay bộ tốt hơn bằng bộ kém hơn.",
        "Rebuild the weights (topic_model.json) from labelled files and reviewers' decisions; "
        "refuses to replace better ones.",
    )
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="GOLD.jsonl...",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("Tệp ghi (mặc định: trong thư mục cấu hình).", "Where to (default: the configuration folder)."),
)
@click.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True)
@click.option("--force", is_flag=True, help=say("Thay cả khi kém hơn.", "Replace even if worse."))
@pass_context
def train(app: CliContext, files: tuple[Path, ...], out: Path | None, folds: int, force: bool) -> int:
    from config.rulebook import MODELS
    from diembao.evaluation.labels import read_labels
    from diembao.evaluation.retraining import retrain
    from diembao.evaluation.training import dump
    from diembao.system.files import write_atomically

    records: list[dict[str, Any]] = []
    for file in files:
        try:
            records += read_labels(read_jsonl(file))
        except ValueError as error:
            raise click.UsageError(f"{file}: {error}") from error
    try:
        trained = retrain(records, app.rules(), folds=folds)
    except ValueError as error:
        raise click.UsageError(f"{', '.join(map(str, files))}: {error}") from error
    target = out or app.home.config / MODELS
    refused = bool(trained.worse) and not force
    if app.as_json:
        app.print_json(
            {"changes": trained.changes, "worse": trained.worse, "written": None if refused else str(target)}
        )
    app.print(
        say(
            "             trước    sau     chênh   kiểm chứng chéo",
            "             before   after   change  cross-validated",
        )
    )
    for name, (old, new, fresh) in trained.changes.items():
        app.print(f"{name:<12} {old:.3f}    {new:.3f}   {new - old:+.3f}  {fresh:.3f}")
    if refused:
        app.warn(
            say(
                f"Không thay: kém hơn ở {', '.join(trained.worse)}. Dùng --force nếu vẫn muốn thay.",
                f"Not replaced: worse in {', '.join(trained.worse)}. Use --force to replace all the same.",
            )
        )
        return FAILED
    write_atomically(target, dump(trained.models).encode())
    app.print(say(f"Đã ghi {target}", f"Wrote {target}"))
    return DONE


COMMANDS = (train,)
