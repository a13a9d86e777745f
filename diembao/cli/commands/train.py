"""train: the statistical part of the rules, rebuilt from labelled texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from diembao.cli import translated
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.views.error_words import error_words
from diembao.cli.views.jsonl import read_jsonl
from pipeline.i18n.catalogs import mark, translate, translate_code


@translated.command(
    help=mark(
        "Rebuild the weights (topic_model.json) from labelled files and reviewers' decisions; refuses to "
        "replace better ones."
    )
)
@translated.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="GOLD.jsonl...",
)
@translated.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=mark("Where to (default: the configuration folder)."),
)
@translated.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True)
@translated.option("--force", is_flag=True, help=mark("Replace even if worse."))
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
            raise click.UsageError(f"{file}: {error_words(error)}") from error
    try:
        result = retrain(records, app.rules(), folds=folds)
    except ValueError as error:
        raise click.UsageError(f"{', '.join(map(str, files))}: {error_words(error)}") from error
    target = out or app.home.config / MODELS
    rejected = bool(result.worse) and not force
    if app.as_json:
        app.print_json({"changes": result.changes, "worse": result.worse, "written": None if rejected else str(target)})
    app.print(translate("             before   after   change  cross-validated"))
    for name, (old, new, fresh) in result.changes.items():
        app.print(f"{translate_code('evaluation', name):<12} {old:.3f}    {new:.3f}   {new - old:+.3f}  {fresh:.3f}")
    if rejected:
        app.warn(
            translate(
                "Not replaced: worse in {figures}. Use --force to replace all the same.",
                figures=", ".join(result.worse),
            )
        )
        return FAILED
    write_atomically(target, dump(result.models).encode())
    app.print(translate("Wrote {file}", file=target))
    return DONE


COMMANDS = (train,)
