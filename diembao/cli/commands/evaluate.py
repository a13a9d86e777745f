"""evaluate: how often labelled texts and pairs are tagged rightly."""

from __future__ import annotations

from pathlib import Path

import click

from diembao.cli import translated
from diembao.cli.command_list import LISTED
from diembao.cli.context import DONE, FAILED, CliContext, pass_context
from diembao.cli.views.error_words import error_words
from diembao.cli.views.jsonl import read_jsonl
from pipeline.i18n.catalogs import mark, translate


@translated.command(help=LISTED["evaluate"].help)
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
    from config.opinion import load_examples
    from config.rulebook import load_rulebook
    from diembao.cli.views.evaluate import evaluation_json, evaluation_tables, figure_table
    from diembao.encoding.choose import choose_encoder
    from diembao.evaluation.metrics import evaluate as score
    from diembao.evaluation.retraining import Teacher, cross_validate
    from pipeline.opinion.encoder import EncoderFailed

    if pairs is not None:
        from diembao.cli.commands.stories import show_pair_scores

        code = show_pair_scores(app, pairs, errors=errors)
        if not gold:
            return code
    if not gold:
        raise click.UsageError(translate("Needs a labelled file, or --pairs."))
    sets = {file: [row for _, row in read_jsonl(file)] for file in gold}
    records = [row for rows in sets.values() for row in rows]
    rules = [app.rules(), *([load_rulebook(against)] if against else [])]
    try:
        if folds:
            encoder = choose_encoder(app.settings().encoder, app.home.root)
            teacher = Teacher(encoder, load_examples(app.home.config, encoder.name if encoder else ""))
            reports = [cross_validate(records, r, teacher, folds=folds) for r in rules]
        else:
            reports = [score(records, r) for r in rules]
        # Sets differ in what is hard in them: each is told by itself as well.
        parts = {file: score(rows, rules[0]) for file, rows in sets.items()} if len(sets) > 1 and not folds else {}
    except ValueError as error:
        raise click.UsageError(f"{', '.join(map(str, gold))}: {error_words(error)}") from error
    except EncoderFailed as error:
        app.warn(error_words(error))
        return FAILED
    if app.as_json:
        of_sets = {str(file): evaluation_json(report) for file, report in parts.items()}
        for report in reports:
            app.print_json(evaluation_json(report, errors=errors) | ({"sets": of_sets} if of_sets else {}))
        return DONE
    from rich.console import Console

    for file, report in parts.items():
        Console().print(figure_table(report, file.name))
    for report in reports:
        Console().print(evaluation_tables(report, app.topic_names(), errors=errors))
    return DONE


COMMANDS = (evaluate,)
