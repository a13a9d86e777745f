"""The models and servers that read texts → whether they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diembao.service.machine.finding import Finding
from diembao.system.secrets import hide_secrets
from pipeline.i18n.catalogs import translate

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings


def translation_finding(settings: Settings) -> Finding:
    """Say what translates foreign articles, by asking it what it is."""
    from diembao.jobs.translating.health import engine_fault
    from diembao.translation.engine import house_notes

    what = translate("Translation")
    if settings.translation.backend == "none":
        return Finding(what, "ok", translate("none is configured; foreign articles stand as they were printed"))
    if fault := engine_fault(settings.translation):
        return Finding(what, "bad", hide_secrets(fault), translate("mend [translation], then: diembao translate"))
    if notes := house_notes(settings.translation):
        do = translate("take a server of the office, or tell those whom it concerns")
        return Finding(what, "warning", " ".join(note.translated() for note in notes), do)
    return Finding(what, "ok", settings.translation.backend)


def encoder_finding(settings: Settings, home: Path) -> Finding:
    """Say what reads articles a second time, by having it read one word."""
    from config.opinion import load_opinion_model
    from diembao.encoding.choose import choose_encoder
    from diembao.encoding.engine_notes import encoder_fault, encoder_notes

    what = translate("Second opinion on topics and tone")
    encoder = choose_encoder(settings.encoder, None)
    if encoder is None:
        return Finding(what, "ok", translate("none; the words of topics.toml decide alone"))
    if fault := encoder_fault(encoder):
        do = translate("mend [encoder] in settings.toml, then: diembao retag")
        return Finding(what, "bad", hide_secrets(fault), do)
    config = home / "config"
    if load_opinion_model(config if config.exists() else None).encoder != encoder.name:
        do = translate("make weights of labelled texts: diembao train, or take another model")
        return Finding(what, "warning", translate("there are no weights for the model {model}", model=encoder.name), do)
    if notes := encoder_notes(settings.encoder):
        do = translate("take a server of the office, or tell those whom it concerns")
        return Finding(what, "warning", " ".join(note.translated() for note in notes), do)
    return Finding(what, "ok", encoder.name)
