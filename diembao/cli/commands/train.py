"""train: the statistical part of the rules, rebuilt from labelled texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.views.error_words import error_words
from diembao.cli.views.jsonl import read_jsonl
from pipeline.i18n.catalogs import mark, translate, translate_code


@translated.command(help=LISTED["train"].help)
@translated.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="GOLD.jsonl...",
)
@translated.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=mark("Where to (default: the configuration folder)."),
)
@translated.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True)
@translated.option("--force", is_flag=True, help=mark("Replace even if worse."))
@pass_context
def train(app: CliContext, files: tuple[Path, ...], out: Path | None, folds: int, force: bool) -> int:
    from config.opinion import OPINION, dump_opinion_model, load_examples
    from config.rulebook import MODELS
    from diembao.encoding.choose import choose_encoder
    from diembao.evaluation.labels import read_labels
    from diembao.evaluation.retraining import Teacher, retrain
    from diembao.evaluation.training import dump
    from diembao.system.files import write_atomically
    from pipeline.opinion.encoder import EncoderFailed

    records: list[dict[str, Any]] = []
    for file in files:
        try:
            records += read_labels(read_jsonl(file))
        except ValueError as error:
            raise click.UsageError(f"{file}: {error_words(error)}") from error
    folder = out or app.home.config
    encoder = choose_encoder(app.settings().encoder, app.home.root)
    teacher = Teacher(encoder, load_examples(app.home.config, encoder.name if encoder else ""))
    try:
        result = retrain(records, app.rules(), teacher, folds=folds)
    except ValueError as error:
        raise click.UsageError(f"{', '.join(map(str, files))}: {error_words(error)}") from error
    except EncoderFailed as error:
        app.warn(error_words(error))
        return FAILED
    written = {folder / MODELS: dump(result.rules.models)}
    if result.rules.opinion is not None:
        written[folder / OPINION] = dump_opinion_model(result.rules.opinion.model)
    rejected = bool(result.worse) and not force
    if app.as_json:
        files_written = [] if rejected else list(map(str, written))
        app.print_json({"changes": result.changes, "worse": result.worse, "written": files_written})
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
    for target, text in written.items():
        write_atomically(target, text.encode())
        app.print(translate("Wrote {file}", file=target))
    return DONE


COMMANDS = (train,)
