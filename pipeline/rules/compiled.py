"""Rules → what is compiled of them, kept as long as a process uses these rules.

Compiling takes tenths of a second. Rules of several provinces mostly have the same topics and words: what is compiled
of a part that they share is compiled once.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from pipeline.rules.rulebook import Rulebook, part_digest

Compiled = TypeVar("Compiled")

#: Versions of rules that are kept: provinces that one process serves, and versions since a configuration was changed.
_MOST = 64


class CompiledParts(Generic[Compiled]):
    """What `compile_rules` makes of rules, for each version of them, or of their topics and words alone."""

    def __init__(self, compile_rules: Callable[[Rulebook], Compiled], *, of_topics: bool = False) -> None:
        self._compile, self._of_topics = compile_rules, of_topics
        self._by_version: dict[str, Compiled] = {}
        self._by_part: dict[str, Compiled] = {}

    def of(self, rules: Rulebook) -> Compiled:
        """Return what is compiled of rules."""
        version = rules.version_alone
        found = self._by_version.get(version)
        if found is None:
            found = self._by_version[version] = self._made(rules)
            if len(self._by_version) > _MOST:
                del self._by_version[next(iter(self._by_version))]
        return found

    def _made(self, rules: Rulebook) -> Compiled:
        if not self._of_topics:
            return self._compile(rules)
        part = part_digest(rules.topics)
        if part not in self._by_part:
            self._by_part[part] = self._compile(rules)
            if len(self._by_part) > _MOST:
                del self._by_part[next(iter(self._by_part))]
        return self._by_part[part]
