"""The Sigstore bundle of a certificate, as Sigstore's own library verifies it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from tests.template import ROOT
from tests.unit.proof.test_certify_run import FOLDER, certify, run

# `make check` installs the library here.
PACKAGES = ROOT / ".venv-check" / "sigstore" / "node_modules"
PROGRAM = Path(__file__).parent / "sigstore" / "verify.cjs"
NODE = shutil.which("node", path=f"{os.environ.get('PATH', '')}:{ROOT}/.venv-check/bin")

pytestmark = pytest.mark.skipif(
    NODE is None or not PACKAGES.exists(), reason="`make sigstore` installs @sigstore/verify"
)


def verified(folder: Path, bundle: bytes, key: bytes) -> bool:
    (folder / "bundle.json").write_bytes(bundle)
    (folder / "key.pem").write_bytes(key)
    words = [str(NODE), str(PROGRAM), "bundle.json", "key.pem"]
    environment = os.environ | {"NODE_PATH": str(PACKAGES)}
    ended = subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=False)
    return ended.returncode == 0


def test_sigstore_verifies_the_bundle_of_a_certificate(tmp_path: Path) -> None:
    found = run()
    certify(found)
    bundle = found.file(f"{FOLDER}/certificate.sigstore.json")
    hint = json.loads(bundle)["verificationMaterial"]["publicKey"]["hint"]
    assert verified(tmp_path, bundle, found.file(f"keys/{hint}.pem"))


def test_sigstore_refuses_a_bundle_with_another_payload(tmp_path: Path) -> None:
    found = run()
    certify(found)
    bundle = json.loads(found.file(f"{FOLDER}/certificate.sigstore.json"))
    payload = b64decode(bundle["dsseEnvelope"]["payload"]).replace(b'"deleted":40', b'"deleted":41')
    bundle["dsseEnvelope"]["payload"] = b64encode(payload).decode()
    key = found.file(f"keys/{bundle['verificationMaterial']['publicKey']['hint']}.pem")
    assert not verified(tmp_path, json.dumps(bundle).encode(), key)
