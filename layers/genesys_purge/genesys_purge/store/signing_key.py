"""The keys in KMS that sign: that of the log, and that of certificates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from genesys_purge.proof.errors import KeyUnusable
from genesys_purge.proof.note import VerifierKey
from genesys_purge.store.aws_failures import code_of

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

REFUSED = frozenset(
    {"DisabledException", "KMSInvalidStateException", "NotFoundException", "AccessDeniedException"}
)


class KmsSigner:
    """Implements the port `Signer` with a key of the kind ECC_NIST_EDWARDS25519.

    `origin` is the name of the log. KMS signs at most 4,096 bytes; a checkpoint has about 150.
    """

    def __init__(self, client: KMSClient, key_id: str, origin: str) -> None:
        self._client = client
        self._key_id = key_id
        self._origin = origin

    @property
    def name(self) -> str:
        return self._key_id

    @cached_property
    def key(self) -> VerifierKey:
        with _usable(self._key_id):
            answer = self._client.get_public_key(KeyId=self._key_id)
        return VerifierKey.of_der(self._origin, answer["PublicKey"])

    def sign(self, data: bytes) -> bytes:
        with _usable(self._key_id):
            answer = self._client.sign(
                KeyId=self._key_id,
                Message=data,
                MessageType="RAW",
                SigningAlgorithm="ED25519_SHA_512",
            )
        return answer["Signature"]


@contextmanager
def _usable(key_id: str) -> Iterator[None]:
    """KeyUnusable if KMS refuses the key itself; other errors are those of the client."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in REFUSED:
            raise KeyUnusable(
                f"KMS refuses the key {key_id}: {code_of(error)}. Enable it and allow kms:Sign and "
                "kms:GetPublicKey to the role of the function, or change the key of the log"
            ) from error
        raise


class KmsCertificateKey:
    """Implements `CertificateKey` with a key of the kind ECC_NIST_P256."""

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    @cached_property
    def der(self) -> bytes:
        return self._client.get_public_key(KeyId=self._key_id)["PublicKey"]

    def sign(self, digest: bytes) -> bytes:
        answer = self._client.sign(
            KeyId=self._key_id,
            Message=digest,
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return answer["Signature"]
