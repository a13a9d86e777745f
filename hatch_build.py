"""Build hook: catalogues of messages (.po) → compiled files (.mo), before a wheel or an editable install is made."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface[Any]):
    """Compiles every catalogue beside its source and adds it to the build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for source in sorted(Path(self.root, "pipeline", "i18n", "locales").glob("*/LC_MESSAGES/*.po")):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as stream:
                catalog = read_po(stream)
            with compiled.open("wb") as stream:
                write_mo(stream, catalog)
            build_data["artifacts"].append(compiled.relative_to(self.root).as_posix())
