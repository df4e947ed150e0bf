"""What is personal stands encrypted in the log, is read by those who have the key, and by nobody after."""

import asyncio

import pytest
from msgspec.structs import replace

from adapters.key_vault import KeyVault
from adapters.master_keys import BadKeyFile, MasterKeys
from adapters.postgres_log import PostgresLog
from adapters.reader import closed_of
from adapters.stored import record_of
from domain.catalogue import CURRENT, ERASED, closed, from_json, owner, to_json
from domain.events import type_of
from domain.people import PersonRegistered
from tests.golden.examples import EXAMPLES
from tests.log.given import by, events, followed, joined, left, read, said

SAID = said("m1", person="ada")
WORDS = "…"


async def stored(log: PostgresLog) -> bytes:
    """Everything that PostgreSQL has."""
    async with log.rows.connection() as connection:
        rows = await (await connection.execute("select record from events", binary=True)).fetchall()
        return b"".join(part for row in rows for part in row if part)


def test_whatever_is_personal_belongs_to_the_person_of_the_event():
    for example in EXAMPLES:
        public, fields = closed(example)
        if fields:
            assert owner(example) == public.person
            assert {getattr(public, name) for name in fields} == {ERASED}
    assert {type(each) for each in EXAMPLES} == set(CURRENT.values())


@pytest.mark.parametrize("event", EXAMPLES, ids=type_of)
async def test_every_event_comes_back_as_it_was(private: PostgresLog, event):
    await private.append([event], by())
    assert await events(private) == [event]
    assert await events(PostgresLog(private.rows)) == [closed(event)[0]]


async def test_no_text_and_no_name_stands_in_the_tables(private: PostgresLog):
    name = PersonRegistered(person="ada", name="Ada Lovelace", role="student")
    await private.append([name, SAID], by())
    held = await stored(private)
    assert b"Lovelace" not in held
    assert WORDS.encode() not in held
    assert await events(private) == [name, SAID]


async def test_the_same_words_are_never_stored_as_the_same_bytes(private: PostgresLog):
    await private.append([SAID, SAID], by())
    first, second = await private.rows.page(0)
    assert first.data == second.data
    assert first.personal != second.personal


async def test_another_node_reads_it_too(private: PostgresLog, elsewhere: PostgresLog):
    await private.append([SAID], by())
    assert await events(elsewhere) == [SAID]
    await elsewhere.append([said("m2")], by())
    assert await events(private) == [SAID, said("m2")]


async def test_two_nodes_that_need_a_first_key_at_once_have_the_same(private, elsewhere):
    async with asyncio.TaskGroup() as group:
        for n in range(10):
            group.create_task((private, elsewhere)[n % 2].append([said(f"m{n}")], by()))
    assert len(await events(private)) == 10
    assert ERASED not in {each.text for each in await events(elsewhere)}


async def test_a_destroyed_key_leaves_the_event_and_no_word(private: PostgresLog, elsewhere: PostgresLog):
    await private.append([SAID, joined(), said("m2", person="ben"), left()], by())
    assert await events(elsewhere) == [SAID, joined(), said("m2", person="ben"), left()]
    assert await private.vault.destroy("school", "ada")
    private.forget()
    elsewhere.vault.forget("school", "ada")
    elsewhere.forget()
    for log in (private, elsewhere):
        first, *others = await events(log)
        assert first.text == ERASED
        assert others == [joined(), said("m2", person="ben"), left()]
        assert [each.event for each in await followed(log.follow(), 4)] == [first, *others]


async def test_destroying_it_again_is_nothing(private: PostgresLog):
    assert await private.vault.destroy("school", "ada")
    assert not await private.vault.destroy("school", "ada")


async def test_what_is_written_after_the_key_was_destroyed_is_unreadable_at_once(private, elsewhere):
    await private.append([SAID], by())
    await elsewhere.append([SAID], by())  # it has the key in memory
    await private.vault.destroy("school", "ada")
    await private.append([SAID], by())
    await elsewhere.append([SAID], by())  # nobody has told it yet
    private.forget()
    assert [each.text for each in await events(private)] == [ERASED] * 4


async def test_the_key_of_another_organisation_is_another_key(private: PostgresLog):
    await private.append([SAID], by(org="school"))
    await private.append([SAID], by(org="college"))
    await private.vault.destroy("school", "ada")
    private.forget()
    assert [each.event.text for each in await read(private)] == [ERASED, WORDS]


async def test_a_secret_that_was_moved_to_another_event_is_not_read_there(private: PostgresLog):
    name = PersonRegistered(person="ada", name="Ada", role="student")
    await private.append([SAID, name], by())
    first, second = await private.rows.page(0)
    moved = record_of(replace(second, personal=first.personal))
    async with private.rows.connection() as connection:
        await connection.execute("update events set record = %s where position = 2", (moved,))
    assert (await events(private))[1].name == ERASED


async def test_it_goes_over_the_bus_closed_and_can_be_opened_there(private: PostgresLog):
    await private.append([SAID], by())
    [row] = await private.rows.page(0)
    fact = to_json(closed_of(row))
    assert WORDS.encode() not in fact
    received = from_json(fact)
    assert received.event.text == ERASED
    assert received.personal == row.personal


async def test_rotating_the_master_key_loses_nothing_while_others_read_and_write(
    private: PostgresLog, elsewhere: PostgresLog, masters: MasterKeys, tmp_path
):
    people = [f"p{n}" for n in range(25)]
    for person in people:
        await private.append([said("m1", person=person)], by(person))
    await private.vault.destroy("school", "p3")
    old, _ = masters.current()
    new = masters.add()
    done: list[tuple[int, int]] = []
    async with asyncio.TaskGroup() as group:
        rewrapping = group.create_task(private.vault.wrap_anew(lambda *step: done.append(step)))
        for n in range(10):
            group.create_task(elsewhere.append([said("m2", person=f"new{n}")], by()))
    assert rewrapping.result() == 24
    assert done[-1] == (24, 24)
    masters.keep_only(new)
    fresh = PostgresLog(private.rows, KeyVault(private.rows, masters))
    texts = {each.person: each.text for each in await events(fresh)}
    assert texts.pop("p3") == ERASED
    assert set(texts.values()) == {WORDS}
    with pytest.raises(BadKeyFile):
        MasterKeys.made(tmp_path / "master-keys.json").get(old)


async def test_without_its_master_key_nothing_is_read_wrongly(private: PostgresLog, tmp_path):
    await private.append([SAID], by())
    other = MasterKeys.made(tmp_path / "others.json")
    fresh = PostgresLog(private.rows, KeyVault(private.rows, other))
    with pytest.raises(BadKeyFile, match="is not in"):
        await events(fresh)
