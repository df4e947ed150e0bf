"""What a credential says to the world: all of it follows from the log and from what its holder shares."""

from datetime import datetime
from hashlib import sha256

from msgspec import Struct

from domain.pillars import Standing
from projections.credentials import Credential, Pillar

LISTED = 131_072
"""Bits of a status list, the least that the standard allows. Positions of the log are dealt out to lists."""


class Piece(Struct, frozen=True):
    """One piece of evidence: where it is, and what it shows."""

    url: str
    name: str
    narrative: str


class Document(Struct, frozen=True, kw_only=True):
    """A credential before it is signed. `names` is the holder's, if they share it."""

    url: str
    subject: str
    achievement: str
    title: str
    description: str
    criteria: str
    at: datetime
    status: str
    index: int
    evidence: tuple[Piece, ...] = ()
    names: tuple[str, ...] = ()


def document_of(base: str, org: str, of: Credential, pillar: Pillar) -> Document:
    """What anybody sees who has the credential's address: no name, and no evidence."""
    assert of.at is not None
    query = f"?org={org}" if org else ""
    skills = ", ".join(each.skill for each in of.skills)
    criteria = (
        f"In each of these skills at least {pillar.part:.0%} of the last {pillar.answers} answers were right:"
        f" {skills}."
    )
    if of.by is not None:
        criteria = f"A tutor has vouched for mastery of these skills: {skills}."
    return Document(
        url=f"{base}/credentials/{of.credential}{query}",
        subject=subject_of(of),
        achievement=f"{base}/pillars/{of.pillar}{query}",
        title=of.title,
        description=f"Mastery of {of.title}: {skills}.",
        criteria=criteria,
        at=of.at.replace(microsecond=0),
        status=f"{base}/credentials/status/{of.position // LISTED}{query}",
        index=of.position % LISTED,
    )


def subject_of(of: Credential) -> str:
    """An id of the holder for this credential alone: two of theirs are not seen to be one person's."""
    found = sha256(f"lyceum subject {of.credential}".encode()).hexdigest()
    return f"urn:uuid:{found[:8]}-{found[8:12]}-8{found[13:16]}-8{found[17:20]}-{found[20:32]}"


def narrative_of(standing: Standing) -> str:
    """What evidence of one skill shows."""
    return f"Of the last {standing.answers} answers, {standing.right} were right."
