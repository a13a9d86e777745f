"""docs/commands.md is what the commands say today."""

from pathlib import Path

from diembao.cli.main import cli
from diembao.cli.reference import command_reference

DOCUMENT = Path(__file__).parent.parent / "docs" / "commands.md"


def test_the_reference_is_what_the_commands_say() -> None:
    assert DOCUMENT.read_text("utf-8") == command_reference(cli), "python -m diembao.cli.reference > docs/commands.md"


def test_every_command_has_a_page() -> None:
    text = DOCUMENT.read_text("utf-8")
    for name in cli.commands:
        assert f"\n## diembao {name}\n" in text
