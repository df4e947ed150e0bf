"""Credentials as the world reads them: Open Badges 3.0, signed, with the issuer's DID and status lists."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec.structs import replace

from projections.credential_document import LISTED, Document

FRESH = timedelta(days=1)
"""So long a copy of a status list may be relied on."""
KEPT = 1000
"""Signed documents that are remembered: to sign one takes tens of milliseconds."""
JWT = "/jwt"
"""Behind the address of a status list: the list as a token, which credentials that are tokens point at."""


def _ob3() -> ModuleType:
    """The library, which takes most of a second to load: for those who use it."""
    import openbadgeslib.ob3 as library  # noqa: PLC0415

    return library


class HouseIssuer:
    """Signs for a house that the world reaches at `base`; the first key signs, the others are vouched for.

    Contexts of JSON-LD come with the library: none is ever fetched.
    """

    def __init__(self, base: str, name: str, seeds: Sequence[bytes]) -> None:
        self.base = base.rstrip("/")
        self.name = name
        self.did = did_of(self.base)
        keys = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
        self._pem = keys[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._public = [
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in keys
        ]
        self._raw = [key.public_key().public_bytes_raw() for key in keys]
        self.signed = lru_cache(KEPT)(self._signed)

    def did_document(self) -> Mapping[str, Any]:
        """What the DID resolves to: every key, as a Multikey for proofs and as a JWK for tokens."""
        methods = [*self._multikeys, *self._jwks()]
        return {
            "@context": [
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/multikey/v1",
                "https://w3id.org/security/suites/jws-2020/v1",
            ],
            "id": self.did,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
        }

    @cached_property
    def _multikeys(self) -> list[dict[str, Any]]:
        keys = [_ob3().multikey_from_pem(pem) for pem in self._public]
        common = {"type": "Multikey", "controller": self.did}
        return [{"id": f"{self.did}#{key}", "publicKeyMultibase": key, **common} for key in keys]

    def _jwks(self) -> list[dict[str, Any]]:
        jwks = ({"kty": "OKP", "crv": "Ed25519", "x": _base64url(raw)} for raw in self._raw)
        common = {"type": "JsonWebKey2020", "controller": self.did}
        return [{"id": f"{self.did}#jwk-{jwk['x']}", "publicKeyJwk": jwk, **common} for jwk in jwks]

    @property
    def _method(self) -> str:
        return self._multikeys[0]["id"]

    def _signed(self, document: Document) -> bytes:
        """The credential with a Data Integrity proof (eddsa-rdfc-2022), as JSON; the same bytes each time."""
        signer = _ob3().OB3LdpSigner(self._pem, self._method)
        return _json(signer.sign(self._credential(document), created=document.at))

    def jwt(self, document: Document) -> str:
        """The credential as a token, signed with EdDSA."""
        within = replace(document, status=document.status + JWT)
        return _ob3().OB3Signer(self._pem, "EdDSA").sign(self._credential(within))

    def status_list(self, url: str, revoked: Iterable[int], at: datetime) -> bytes:
        """The Bitstring Status List with these bits set, with a Data Integrity proof."""
        unsigned = self._listed(url, revoked, at)
        return _json(_ob3().add_data_integrity_proof(unsigned, self._pem, self._method, created=at))

    def status_jwt(self, url: str, revoked: Iterable[int], at: datetime) -> str:
        """The same as a token."""
        return _ob3().sign_status_list_credential(self._listed(url + JWT, revoked, at), self._pem, "EdDSA")

    def _listed(self, url: str, revoked: Iterable[int], at: datetime) -> dict[str, Any]:
        return _ob3().build_status_list_credential(
            self.did, url, "revocation", revoked, LISTED, issued=at, valid_until=at + FRESH
        )

    def verifies(self, signed: bytes) -> bool:
        """Whether a document has a proof by one of our keys."""
        document = json.loads(signed)
        for public in self._public:
            try:
                _ob3().verify_data_integrity_proof(document, public)
            except _ob3().OB3VerificationError:
                continue
            return True
        return False

    def _credential(self, of: Document) -> Any:
        """The document in the words of the library."""
        ob3 = _ob3()
        return ob3.OpenBadgeCredential(
            id=of.url,
            issuer=ob3.Issuer(self.did, self.name, url=self.base),
            recipient_id=of.subject,
            achievement=ob3.Achievement(
                of.achievement, of.title, of.description, of.criteria, achievement_type="Competency"
            ),
            issuance_date=of.at,
            evidence=[ob3.Evidence(each.url, each.narrative, each.name) for each in of.evidence],
            identifiers=[ob3.IdentityObject(name, "name", False) for name in of.names],
            credential_status=[ob3.status_entry(of.status, "revocation", of.index)],
        )


def did_of(base: str) -> str:
    """The did:web of a house. Verifiers fetch it over HTTPS; over HTTP it is good for one machine alone."""
    parts = urlsplit(base)
    path = [quote(part, safe="") for part in parts.path.split("/") if part]
    return ":".join(["did:web", quote(parts.netloc, safe=""), *path])


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
