"""evaluate: how often labelled texts and pairs are tagged rightly."""

from __future__ import annotations

from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.context import DONE, CliContext, pass_context
from diembao.cli.views.error_words import error_words
from diembao.cli.views.jsonl import read_jsonl
from pipeline.i18n.catalogs import mark, translate


@translated.command(help=mark("Score tagging against labelled texts."))
@translated.argument(
    "gold",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="GOLD.jsonl...",
)
@translated.option(
    "--pairs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help=mark("Score reprints against labelled pairs."),
)
@translated.option("--errors", is_flag=True, help=mark("List the mistakes."))
@translated.option(
    "--folds",
    type=click.IntRange(2, 20),
    help=mark("Cross-validate: every text is judged by weights learnt from the other folds."),
)
@translated.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help=mark("Compare with the rules in this folder."),
)
@pass_context
def evaluate(
    app: CliContext, gold: tuple[Path, ...], pairs: Path | None, errors: bool, folds: int | None, against: Path | None
) -> int:
    from config.rulebook import load_rulebook
    from diembao.cli.views.evaluate import evaluation_json, evaluation_tables
    from diembao.evaluation.metrics import evaluate as score
    from diembao.evaluation.retraining import cross_validate

    if pairs is not None:
        from diembao.cli.commands.stories import show_pair_scores

        code = show_pair_scores(app, pairs, errors=errors)
        if not gold:
            return code
    if not gold:
        raise click.UsageError(translate("Needs a labelled file, or --pairs."))
    records = [row for file in gold for _, row in read_jsonl(file)]
    rules = [app.rules(), *([load_rulebook(against)] if against else [])]
    try:
        reports = [cross_validate(records, r, folds=folds) if folds else score(records, r) for r in rules]
    except ValueError as error:
        raise click.UsageError(f"{', '.join(map(str, gold))}: {error_words(error)}") from error
    if app.as_json:
        for report in reports:
            app.print_json(evaluation_json(report, errors=errors))
        return DONE
    from rich.console import Console

    for report in reports:
        Console().print(evaluation_tables(report, app.topic_names(), errors=errors))
    return DONE


COMMANDS = (evaluate,)
