"""The command with the real openssl, as an auditor starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template import ROOT
from tests.verifier.bundles import CERTIFICATE_KEY, VKEY, Files, bundle, put, with_manifest
from tests.verifier.shapes import Shape

KEYS = ("--vkey", VKEY, "--certificate-key", CERTIFICATE_KEY)


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, list[str]]:
    """The exit status and the lines of the command."""
    done = subprocess.run(
        [sys.executable, "-I", ROOT / "verify.py", folder, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
    )
    assert done.stderr == "" or done.returncode == 2
    return done.returncode, done.stdout.splitlines()


def with_wrong(name: str, signature: str, files: Files) -> Files:
    """The files with another signature in one of them."""
    text = files[name].decode()
    start = text.index(signature) + len(signature) + 20
    other = "B" if text[start] == "A" else "A"
    return with_manifest({**files, name: (text[:start] + other + text[start + 1 :]).encode()})


def test_command_says_what_is_proven_and_what_is_not(tmp_path: Path) -> None:
    status, lines = run(put(tmp_path, bundle(Shape(persons=1))), *KEYS)
    assert status == 0
    assert lines[-1] == "proof verified: 5 records, 10 audit records, seal 6"
    assert "not proven: Counts are those of Genesys." in lines
    assert "not proven: copies in backups of Genesys, status unknown" in lines
    assert "proven: the approval run-1-approval was given before anything was submitted" in lines
    assert f"proven: the key {CERTIFICATE_KEY} signed the certificate cert-run-1-1" in lines


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("certificate/certificate.tlog-proof", "— purge.example.com/prod/seals "),
        ("certificate/certificate.dsse.json", '"sig":"'),
    ],
)
def test_openssl_finds_a_changed_signature(tmp_path: Path, name: str, signature: str) -> None:
    status, lines = run(put(tmp_path, with_wrong(name, signature, bundle())), *KEYS)
    assert (status, lines[-1][:9]) == (1, "DISPROVEN")
    assert "sign" in lines[-1]


def test_without_openssl_nothing_is_decided(tmp_path: Path) -> None:
    status, lines = run(put(tmp_path / "b", bundle()), *KEYS, PATH=str(tmp_path))
    assert status == 2
    assert lines[-1].endswith("the command openssl does not start: install OpenSSL 3")


def test_old_openssl_decides_nothing(tmp_path: Path) -> None:
    old = tmp_path / "openssl"
    old.write_text("#!/bin/sh\necho LibreSSL 3.3.6\n")
    old.chmod(0o755)
    status, lines = run(put(tmp_path / "b", bundle()), *KEYS, PATH=f"{tmp_path}:/bin:/usr/bin")
    assert status == 2
    assert "LibreSSL" in lines[-1]


def test_without_keys_the_command_warns(tmp_path: Path) -> None:
    status, lines = run(put(tmp_path, bundle()))
    assert status == 2
    assert "KEYS FROM THE BUNDLE PROVE NOTHING ABOUT THEIR OWNER" in lines[0]
    assert "KEYS FROM THE BUNDLE PROVE NOTHING ABOUT THEIR OWNER" in lines[-1]
    assert not any(line.startswith("proven") for line in lines)


@pytest.mark.parametrize("vkey", ["", f"{VKEY}A", VKEY.replace("+", "-")])
def test_malformed_vkey_is_refused(tmp_path: Path, vkey: str) -> None:
    assert run(put(tmp_path, bundle()), "--vkey", vkey, *KEYS[2:]) == (2, [])


@pytest.mark.parametrize("key", ["", CERTIFICATE_KEY[7:], "sha256:00"])
def test_malformed_certificate_key_is_refused(tmp_path: Path, key: str) -> None:
    assert run(put(tmp_path, bundle()), *KEYS[:2], "--certificate-key", key) == (2, [])


def test_certificate_key_may_be_in_capitals(tmp_path: Path) -> None:
    key = f"sha256:{CERTIFICATE_KEY[7:].upper()}"
    assert run(put(tmp_path, bundle()), *KEYS[:2], "--certificate-key", key)[0] == 0


def test_terminal_gets_no_control_characters(tmp_path: Path) -> None:
    shape = Shape(run_id="\x1b[2J\u202erun\n", persons=1)
    status, lines = run(put(tmp_path, bundle(shape)), *KEYS)
    assert status == 0
    assert all(line.isprintable() for line in lines)
