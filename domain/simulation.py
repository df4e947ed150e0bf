"""Simulation: people and lessons that never were, in an organisation of their own, and said to be so."""

from domain.events import Event, Instant
from domain.identity import SimulationId

ACTOR = "simulation"
"""Who recorded what is simulated; nobody else is of this name, since ids of persons are given by schools."""


class SimulationBegun(Event, frozen=True, tag="simulation.begun.v1"):
    """All that follows in this organisation was made up, by this seed, up to this instant.

    The cause of each event that was made up is the simulation's id, and its actor is `simulation`.
    """

    simulation: SimulationId
    seed: int
    tutors: int
    until: Instant
