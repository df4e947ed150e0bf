"""The identities that events concern, and the kinds of text they carry.

A field typed by one of these identities tags its event `kind:id`; a field typed by one of the personal
texts is marked as personal, so that it can be encrypted, exported and forgotten with its person.
"""

from typing import Annotated

from msgspec import Meta

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$(?!\n)"
"""Opaque ids: safe as a URL segment, a NATS subject token and a Redis key alike.

In Python `$` also stands before a line break at the end, which must not get into a subject."""

PersonId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "person"})]
RoomId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "room"})]
SessionId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "session"})]
OfficeHoursId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "office-hours"})]
SkillId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "skill"})]
ProblemId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "problem"})]
QuestId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "quest"})]
TeamId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "team"})]
PathId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "path"})]
InterventionId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "intervention"})]
AppealId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "appeal"})]
PillarId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "pillar"})]
CredentialId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "credential"})]
ShareId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "share"})]
SimulationId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "simulation"})]
MeasureId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "measure"})]

OrgId = Annotated[str, Meta(pattern=ID_PATTERN)]
Key = Annotated[str, Meta(pattern=ID_PATTERN)]
"""An id that identifies a thing within its event only (a message, an answer, a turn): no tag of its own."""

Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"\S", extra={"personal": True})]
Words = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S", extra={"personal": True})]
Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
ERASED = "[erased]"
"""What stands for personal text that cannot be read, or not any more."""
Millis = Annotated[int, Meta(ge=0)]
"""Milliseconds since the Unix epoch, or a length in milliseconds."""
