"""Company: what somebody says of others is theirs, and each is said once."""

from domain.catalogue import tags_of
from domain.company import (
    COMPANY,
    MOST,
    Block,
    DeclinePartners,
    NobodyBlocksThemselves,
    PartnersDeclined,
    PartnersSought,
    PersonBlocked,
    PersonUnblocked,
    SeekPartners,
    TooManyBlocked,
    Unblock,
)
from domain.practice import UnknownZone
from tests.domain.spec import given

SOUGHT = PartnersSought(person="ada", path="numbers", hours=(9, 33), zone="UTC")
BLOCKED = PersonBlocked(person="ada", whom="ben")


def test_partners_are_sought_and_declined_once():
    seek = SeekPartners(path="numbers", hours=(33, 9, 9))
    told = given(COMPANY).when(seek).then(SOUGHT)
    told.again().nothing()
    declined = PartnersDeclined(person="ada", path="numbers")
    told.when(DeclinePartners(path="numbers")).then(declined).again().nothing()
    given(COMPANY).when(SeekPartners(path="numbers", hours=(9,), zone="Mars")).refused(UnknownZone)


def test_a_block_is_made_and_taken_back_once():
    told = given(COMPANY).when(Block(whom="ben")).then(BLOCKED)
    told.again().nothing()
    told.when(Unblock(whom="ben")).then(PersonUnblocked(person="ada", whom="ben")).again().nothing()


def test_blocks_have_their_bounds():
    given(COMPANY).when(Block(whom="ada")).refused(NobodyBlocksThemselves)
    many = [PersonBlocked(person="ada", whom=f"p{number}") for number in range(MOST)]
    given(COMPANY, *many).when(Block(whom="one-more")).refused(TooManyBlocked)


def test_whoever_is_blocked_is_not_told():
    """What concerns them, and so what they are shown of the log, does not name the block."""
    assert tags_of(BLOCKED) == ("person:ada",)
