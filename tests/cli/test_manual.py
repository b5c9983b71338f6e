"""docs/command.md has what the command has."""

from __future__ import annotations

from cli.manual import FILE, page_with


def test_manual_is_what_the_command_says() -> None:
    assert page_with(FILE.read_text()) == FILE.read_text(), "run `make manual`"


def test_every_command_has_an_example() -> None:
    for section in FILE.read_text().split("\n## `")[3:]:
        name = section.partition("`")[0]
        assert f"```\n{name}" in section
