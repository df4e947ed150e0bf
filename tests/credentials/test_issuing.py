"""What is issued is what others can verify: proof, token, DID and status list, by verifiers of a library."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier

from adapters.issuing import JWT, HouseIssuer, did_of
from domain.pillars import Standing
from projections.credential_document import LISTED, Piece, document_of, subject_of
from projections.credentials import Credential, Pillar

OLD, NEW = b"old " * 8, b"new " * 8
AT = datetime(2026, 11, 21, 9, 30, 0, 250_000, tzinfo=UTC)
PILLAR = Pillar("Numbers", ("fractions",), 10, 0.85)
HELD = Credential(
    credential="c" * 32,
    person="holder-of-it",
    pillar="numbers",
    title="Numbers",
    skills=(Standing("fractions", 10, 9),),
    position=LISTED + 300,
    at=AT,
)
ISSUER = HouseIssuer("https://school.example", "School", [NEW, OLD])
DOCUMENT = document_of(ISSUER.base, "", HELD, PILLAR)


def web(issuer: HouseIssuer, revoked: tuple[int, ...] = ()) -> Callable[[str], bytes]:
    """What a verifier fetches; nothing else is there."""
    now = datetime.now(UTC) - timedelta(seconds=1)

    def fetch(url: str) -> bytes:
        if url == "https://school.example/.well-known/did.json":
            return json.dumps(issuer.did_document()).encode()
        if url == "https://school.example/credentials/status/1":
            return issuer.status_list(url, revoked, now)
        assert url == "https://school.example/credentials/status/1/jwt"
        return issuer.status_jwt(url.removesuffix(JWT), revoked, now).encode()

    return fetch


def test_the_proof_is_verified_by_the_key_that_the_did_names():
    signed = ISSUER.signed(DOCUMENT)
    seen = OB3LdpVerifier.for_issuer_did(ISSUER.did).verify(signed, download=web(ISSUER))
    assert (seen.achievement.name, seen.recipient_id) == ("Numbers", subject_of(HELD))
    assert ISSUER.verifies(signed)


def test_a_credential_that_was_altered_is_not_verified():
    altered = ISSUER.signed(DOCUMENT).replace(b"Mastery of Numbers", b"Mastery of Physics")
    assert not ISSUER.verifies(altered)
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(ISSUER.did).verify(altered, download=web(ISSUER))


def test_the_token_is_verified_with_its_status():
    verifier = OB3Verifier.for_issuer_did(ISSUER.did, download=web(ISSUER))
    seen = verifier.verify(ISSUER.jwt(DOCUMENT))
    verifier.check_status(seen, download=web(ISSUER))
    with pytest.raises(OB3VerificationError, match="is set at index 300"):
        verifier.check_status(seen, download=web(ISSUER, (300,)))


def test_a_bit_in_the_status_list_revokes_the_one_at_its_position():
    def check(revoked: tuple[int, ...]) -> None:
        OB3LdpVerifier.for_issuer_did(ISSUER.did).verify(
            ISSUER.signed(DOCUMENT),
            check_status=True,
            verify_status_list=False,
            download=web(ISSUER, revoked),
        )

    check((299, 301))
    with pytest.raises(OB3VerificationError, match="is set at index 300"):
        check((300,))
    assert ISSUER.verifies(web(ISSUER, (300,))("https://school.example/credentials/status/1"))


def test_after_a_rotation_what_the_old_key_signed_is_verified_still():
    signed = HouseIssuer("https://school.example", "School", [OLD]).signed(DOCUMENT)
    assert ISSUER.verifies(signed)
    OB3LdpVerifier.for_issuer_did(ISSUER.did).verify(signed, download=web(ISSUER))
    assert not HouseIssuer("https://school.example", "School", [NEW]).verifies(signed)


def test_the_same_credential_is_the_same_bytes_each_time_it_is_asked_for():
    again = HouseIssuer("https://school.example", "School", [NEW, OLD])
    assert again.signed(DOCUMENT) == ISSUER.signed(DOCUMENT)


def test_nothing_of_the_holder_is_in_it_unless_they_share_it():
    assert b"holder-of-it" not in ISSUER.signed(DOCUMENT)
    piece = Piece(
        "https://school.example/shares/s/evidence/fractions", "fractions", "Of ten, nine were right."
    )
    shared = msgspec.structs.replace(DOCUMENT, evidence=(piece,), names=("Ada Ødegård",))
    document = json.loads(ISSUER.signed(shared))
    assert document["evidence"][0]["id"] == piece.url
    assert document["credentialSubject"]["identifier"][0]["identityHash"] == "Ada Ødegård"
    assert ISSUER.verifies(ISSUER.signed(shared))


@pytest.mark.parametrize(
    ("base", "did"),
    [
        ("https://school.example", "did:web:school.example"),
        ("https://school.example:8443/lyceum/", "did:web:school.example%3A8443:lyceum"),
        ("http://127.0.0.1:8080", "did:web:127.0.0.1%3A8080"),
    ],
)
def test_the_did_is_the_address_of_the_house(base: str, did: str):
    assert did_of(base) == did
