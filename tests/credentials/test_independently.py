"""Credentials are verified by software that is not ours, and not of the library that signed them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
from openbadgeslib.ob3.contexts import bundled_contexts

from projections.credential_document import Piece
from tests.board.yjs_client import installed
from tests.credentials.test_issuing import DOCUMENT, ISSUER, web

CLIENT = Path(__file__).parent / "client"
LIST = "https://school.example/credentials/status/1"
PIECE = Piece("https://school.example/shares/s/evidence/fractions", "fractions", "Of ten, nine were right.")
SHARED = msgspec.structs.replace(DOCUMENT, evidence=(PIECE,), names=("Ada Ødegård",))


def case(credential: bytes, revoked: tuple[int, ...] = ()) -> dict[str, Any]:
    """What the verifier is given, as the house would serve it."""
    return {
        "credential": json.loads(credential),
        "status": json.loads(web(ISSUER, revoked)(LIST)),
        "did": ISSUER.did_document(),
        "contexts": bundled_contexts(),
    }


def verified(*cases: dict[str, Any]) -> list[dict[str, Any]]:
    folder = installed(CLIENT, "credential-verifier")
    command = ["node", "client.mjs"]
    told = json.dumps(cases)
    ended = subprocess.run(
        command, cwd=folder, input=told, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_libraries_of_digital_bazaar_find_what_holds_was_altered_and_was_revoked():
    signed = ISSUER.signed(DOCUMENT)
    altered = signed.replace(b"Mastery of Numbers", b"Mastery of Physics")
    found = verified(case(signed), case(ISSUER.signed(SHARED)), case(altered), case(signed, (300,)))
    assert [(each["verified"], each["revoked"]) for each in found] == [
        (True, False),
        (True, False),
        (False, None),
        (True, True),
    ]
    assert "Invalid signature" in found[2]["error"]
