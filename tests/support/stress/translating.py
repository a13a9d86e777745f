"""Runs that translate, in processes that can be killed: forked from one that has the rules read in already."""

import multiprocessing
from multiprocessing.context import ForkServerProcess

from config.engines.translation import TranslationSettings
from config.rulebook import load_rulebook
from diembao.jobs.translating.translate import Wanted, translate_articles
from diembao.translation.engine import open_translator
from pipeline.translation.guards import check_translation
from pipeline.translation.names import known_names
from storage.database import open_database

_RULES = load_rulebook(None)
# What the first text would wait for.
_NAMES = known_names("닌투언 22곳", "ko", _RULES)
check_translation("닌투언 22곳", "22 nơi ở Ninh Thuận", "ko", names=_NAMES, rules=_RULES)


def translate_once(address: str, settings: TranslationSettings) -> None:
    """Translate all that is wanted."""
    translator = open_translator(settings)
    assert translator is not None
    storage = open_database(address)
    result = translate_articles(storage, translator, _RULES, settings, Wanted(limit=1_000))
    assert result.stop == "", result
    storage.close()
    translator.close()


def start_translating(address: str, settings: TranslationSettings) -> ForkServerProcess:
    """Start a run."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=translate_once, args=(address, settings))
    process.start()
    return process
