"""Keys on this machine in the place of those in KMS; moto has no Ed25519."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from genesys_purge.proof.note import VerifierKey

SEAL = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
SEAL_DER = SEAL.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
CERTIFICATE = derive_private_key(7, SECP256R1())


class LocalSigner:
    """Takes the place of `KmsSigner`."""

    def __init__(self, _client: object, key_id: str, origin: str) -> None:
        self.name = key_id
        self.key = VerifierKey.of_der(origin, SEAL_DER)

    def sign(self, data: bytes) -> bytes:
        return SEAL.sign(data)


class LocalCertificateKey:
    """Takes the place of `KmsCertificateKey`."""

    der = CERTIFICATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def __init__(self, _client: object = None, _key_id: str = "") -> None:
        pass

    def sign(self, digest: bytes) -> bytes:
        return CERTIFICATE.sign(digest, ECDSA(Prehashed(SHA256())))
