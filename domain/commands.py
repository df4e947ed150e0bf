"""The router: every command and the decider that answers it."""

from typing import Any

from domain import interventions, people, practice, rooms, speech
from domain.deciding import AnyDecider, Command

DECIDERS: dict[Any, AnyDecider] = {
    people.PersonCommand: people.PEOPLE,
    rooms.RoomCommand: rooms.ROOMS,
    speech.RecordTurn: speech.TURNS,
    practice.PracticeCommand: practice.PRACTICE,
    interventions.InterventionCommand: interventions.INTERVENTIONS,
}

ROUTES: dict[type[Command], AnyDecider] = {
    command: decider for union, decider in DECIDERS.items() for command in getattr(union, "__args__", (union,))
}
