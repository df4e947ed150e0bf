"""Three people wrote this text at once: every keystroke again, through the board, into the log."""

import gzip
import json

from pycrdt import Doc, Text

from domain.events import Query, about
from domain.rooms import BoardEdited
from rooms.board import wire
from rooms.board.limits import Limits
from rooms.past.room import RoomHistory
from rooms.past.then import Known
from tests.board.support import Socket, running


class Agent:
    """One author, who knows exactly what they knew when they wrote."""

    def __init__(self, number):
        self.doc = Doc(client_id=number + 1)
        self.text = self.doc.get("text", type=Text)
        self.known = set()

    def learn(self, parents, transactions, updates):
        """Take in the parents and all that they stand on."""
        missing, stack = [], list(parents)
        while stack:
            number = stack.pop()
            if number not in self.known:
                self.known.add(number)
                missing.append(number)
                stack += transactions[number]["parents"]
        for number in sorted(missing):
            self.doc.apply_update(updates[number])

    def write(self, patches):
        """What a client sends for these edits, whose places count characters."""
        sent = []
        subscription = self.doc.observe(lambda event: sent.append(event.update))
        with self.doc.transaction():
            for at, removed, inserted in patches:
                text = str(self.text)
                start = len(text[:at].encode())
                if removed:
                    del self.text[start : start + len(text[at : at + removed].encode())]
                if inserted:
                    self.text.insert(start, inserted)
        self.doc.unobserve(subscription)
        return sent[0]


async def test_the_text_is_the_same_at_the_end_and_every_character_has_its_author(log, data):
    with gzip.open(data / "traces" / "clownschool.json.gz") as file:
        trace = json.load(file)
    transactions = trace["txns"]
    async with running(log, Limits(window=0.01, burst=1e9)) as server:
        people = [f"p{number}" for number in range(trace["numAgents"])]
        at = [await server.boards.open("school", "r", Socket(), person, writes=True) for person in people]
        agents = [Agent(number) for number in range(len(people))]
        updates = []
        for number, transaction in enumerate(transactions):
            agent = agents[transaction["agent"]]
            agent.learn(transaction["parents"], transactions, updates)
            updates.append(agent.write(transaction["patches"]))
            agent.known.add(number)
            at[transaction["agent"]].receive(wire.update(updates[-1]))
            if number % 500 == 0:
                await server.saved()
        assert server.boards.text("school", "r") == trace["endContent"]
        assert server.refused == []
    then = RoomHistory("r")
    async for batch in log.read(Query((about("room:r", BoardEdited),)), org="school"):
        for recorded in batch:
            then.apply(recorded)
    answer = then.answer(then.moment(), Known())
    assert answer.board.text == trace["endContent"]
    assert sum(author.characters for author in answer.authors) == len(trace["endContent"])
    assert {author.person for author in answer.authors} == set(people)
