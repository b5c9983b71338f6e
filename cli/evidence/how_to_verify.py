"""The instructions in each bundle."""

from collections.abc import Mapping

TEXT = """\
This folder proves what a purge run deleted: its sealed audit records, its plan, and a certificate
over them.

Check it with `verify.py` of the project, which needs Python and openssl 3, and no network:

  python verify.py FOLDER --vkey '{vkey}' --certificate-key {certificateKey}

Do not take the two keys from this folder. Ask the operator of the deployment for them, or read
them from KMS. A bundle that was forged as a whole has keys of its own.

Without this software:

  sha256sum -c manifest-sha256.txt
  bundle=$PWD; cd "$(mktemp -d)"
  sed '1,/^$/d' "$bundle/certificate/certificate.tlog-proof" > checkpoint
  sed '/^$/,$d' checkpoint > body
  grep -m1 '^— ' checkpoint | cut -d' ' -f3 | base64 -d | tail -c +5 > signature
  openssl pkeyutl -verify -pubin -inkey "$bundle/keys/seal.pem" -rawin -in body -sigfile signature
  cd "$bundle"

plan.jsonl has a line for each batch, and no ids. Its SHA-256 is in certificate/statement.json. The
root of its lines is plan.hash there, as this computes (`pip install pymerkle`):

  python3 -c 'from pymerkle import InmemoryTree as Tree
lines = open("plan.jsonl", "rb").read().split(b"\\n")[:-1]
print(Tree.init_from_entries(lines, algorithm="sha256").get_root().hex())'

certificate/statement.json is what is signed. certificate/certificate.html shows it, and is not
signed itself. Neither is this file.
"""


def how_to_verify(keys: Mapping[str, str]) -> str:
    """The text, with the keys of the deployment."""
    return TEXT.format_map(keys)
