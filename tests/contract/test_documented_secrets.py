"""The commands and examples of the documents about secrets work as they are printed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.webhooks.outbound.subscribers import Subscribers, signing_key

from tests.contract.documents import DOCS, DOCUMENTS, relative

WEBHOOKS = (DOCS / "webhooks.md").read_text()
COMMANDS = re.findall(r"^printf 'whsec_.*$", WEBHOOKS, re.MULTILINE)
BASH = shutil.which("bash") or "bash"
PLAIN = 'it\'s "50%" of $HOME\\n, ü, and a second line:\nthe end of it'


def printed(command: str) -> str:
    """What a documented command prints."""
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "PLAIN_SECRET": PLAIN}
    ended = subprocess.run(
        [BASH, "-c", command], env=environment, capture_output=True, check=True, text=True
    )
    return ended.stdout.removesuffix("\n")


def needs(command: str) -> bool:
    return "openssl" not in command or shutil.which("openssl") is not None


@pytest.mark.parametrize("command", [each for each in COMMANDS if "PLAIN_SECRET" in each])
def test_documented_command_makes_a_plain_secret_a_standard_one(command: str) -> None:
    assert 24 <= len(PLAIN.encode()) <= 64
    if needs(command):
        assert signing_key(printed(command)) == PLAIN.encode()


def test_documented_command_makes_a_new_secret_of_32_bytes() -> None:
    (command,) = [each for each in COMMANDS if "openssl rand" in each]
    if needs(command):
        assert len(signing_key(printed(command))) == 32
        assert printed(command) != printed(command)


def documented_subscribers() -> list[Any]:
    """Every document of subscribers, with real secrets in the place of `whsec_...`."""
    secret = f"whsec_{b64encode(b'k' * 24).decode()}"
    text = re.sub(r"whsec_[a-z]*\.\.\.", secret, WEBHOOKS)
    starts = [each.start() for each in re.finditer(r'\{\s*"subscribers"', text)]
    return [json.JSONDecoder().raw_decode(text[start:])[0] for start in starts]


def test_documented_subscribers_are_valid_with_one_and_two_secrets() -> None:
    found = [Subscribers.parse(each).subscribers[0] for each in documented_subscribers()]
    assert [len(each.keys) for each in found] == [1, 2]


def test_payloads_of_the_documents_work_with_both_versions_of_the_aws_cli() -> None:
    """Version 2 reads a payload as base64 unless it comes from `fileb://`."""
    wrong = [
        f"{relative(document)}: {payload}"
        for document in DOCUMENTS
        for payload in re.findall(r"--payload\s+(\S+)", document.read_text())
        if not payload.startswith("fileb://")
    ]
    assert wrong == []
