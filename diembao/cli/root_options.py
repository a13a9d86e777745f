"""Options of the root group, which may stand behind the command too."""

from collections.abc import Sequence
from itertools import islice

import click


def root_options_first(root: click.Command, args: Sequence[str]) -> list[str]:
    """Return the words with the long options of the root group before all others, up to a `--`.

    No option of a command has the name of one of them (tests/test_cli.py), and none takes such a word as its value.
    """
    takes_value = {
        name: not option.is_flag
        for option in root.params
        if isinstance(option, click.Option)
        for name in option.opts
        if name.startswith("--") and not option.is_eager
    }
    first, rest = [], []
    words = iter(args)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word.partition("=")[0] not in takes_value:
            rest.append(word)
        else:
            first.append(word)
            if takes_value[word.partition("=")[0]] and "=" not in word:
                first += islice(words, 1)
    return first + rest
