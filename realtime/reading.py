"""Reads of personal data as events: whoever oversees others is on record before they see anything."""

from collections.abc import Iterable

from domain.events import Recorded, Role
from domain.reading import reads
from realtime.access import STAFF, Access, OnlyForAuditors, OnlyForYourself
from realtime.house import House

OVERSEEING: tuple[Role, ...] = ("auditor", "admin")
"""Whose reads are events. Those of tutors are not: they look after whom they teach."""
PERSON = "person:"


class Reading:
    """One read, of a surface (`what`) and a part of it (`detail`). Each person is put on record once.

    Whatever shows somebody's personal data awaits `of(persons)` before it sends it.
    """

    def __init__(
        self, house: House, access: Access, what: str, detail: str = "", *, member: bool = False
    ) -> None:
        """A `member` of a room sees of it what all its members see, whatever their role."""
        self.recorded = access.role in OVERSEEING and not member
        self._house = house
        self._access = access
        self._what = what
        self._detail = detail
        self._named = {access.sub}

    async def of(self, persons: Iterable[str]) -> None:
        """These are about to be seen. Raises `LogUnavailable`: what cannot be recorded is not shown."""
        new = set(persons) - self._named
        if not self.recorded or not new:
            return
        events = list(reads(new, self._what, self._detail))
        await self._house.log.append(events, self._access.context(self._house.clock()))
        self._named |= new


async def must_see(house: House, access: Access, person: str, what: str) -> Reading:
    """Whoever may look at somebody: they themselves, the staff, and auditors."""
    if access.sub != person and access.role not in (*STAFF, "auditor"):
        raise OnlyForYourself
    reading = Reading(house, access, what)
    await reading.of([person])
    return reading


def must_see_all(house: House, access: Access, what: str, detail: str = "") -> Reading:
    """Whoever may look at everybody: the staff, and auditors."""
    if access.role not in (*STAFF, "auditor"):
        raise OnlyForYourself
    return Reading(house, access, what, detail)


def must_audit(house: House, access: Access, what: str, detail: str = "") -> Reading:
    """Whoever may look into the log: auditors and administrators."""
    if access.role not in OVERSEEING:
        raise OnlyForAuditors
    return Reading(house, access, what, detail)


def persons_in(tags: Iterable[str]) -> list[str]:
    """The persons among these tags."""
    return [tag.removeprefix(PERSON) for tag in tags if tag.startswith(PERSON)]


def concerned(batch: Iterable[Recorded]) -> set[str]:
    """The persons whom these events concern."""
    return {person for recorded in batch for person in persons_in(recorded.tags)}
