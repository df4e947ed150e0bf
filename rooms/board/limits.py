"""How much a board takes from anybody, and how long it waits; all in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Sizes are bytes, times are seconds."""

    message: int = 1024 * 1024
    """The largest message; above it the socket closes."""
    window: float = 0.5
    """How long edits are gathered into one event."""
    window_size: int = 16 * 1024
    """How much is gathered at most before it is written."""
    event_size: int = 256 * 1024
    """Gathered runs above this become several events (a bus carries no more than 1 MiB)."""
    unsaved: int = 4 * 1024 * 1024
    """What a board holds while the log cannot be written; above it, writers are told to come back."""
    waiting: int = 1024 * 1024
    """What a board queues for its clients while it is being rebuilt."""
    retry: float = 0.5
    """The pause after the log could not be written or read."""
    attempts: int = 10
    """How often the last flush is tried while stopping."""
    pulse: float = 0.25
    """How often sockets are looked after."""
    keep_alive: float = 20.0
    """A socket without traffic for so long is sent something (clients give up after 30 s)."""
    pending: int = 256 * 1024
    """A socket with more than this unread is left out of relays, and brought up to date later."""
    patience: float = 15.0
    """A socket that was left out for so long is closed."""
    idle: float = 30.0
    """A board without sockets for so long is unloaded."""
    memory: int = 512 * 1024 * 1024
    """What boards may take, about; above it those that nobody uses are unloaded, the longest unused first."""
    snapshot: int = 16 * 1024
    """Events behind the last snapshot that weigh more than it does, and than this, make the next one due."""
    document: int = 8 * 1024 * 1024
    """The largest document; above it nothing more is taken, and people are told."""
    rate: float = 300.0
    """Messages a second that one socket may send in the long run; drawing by hand makes a hundred. What
    comes faster waits."""
    burst: float = 3000.0
    """Messages that it may send at once."""
    admitted: float = 500.0
    """Sockets a second that are let in when many come at once."""
    admitted_at_once: float = 500.0
    """How many are let in at once when few came before."""
    admitted_together: int = 64
    """How many are on their way in at a time."""
    admitted_within: float = 8.0
    """Whoever would wait for longer is told to come back."""
    crowd: int = 16
    """From so many sockets on, what goes to all of them goes together, a tick at a time."""
    tick: float = 0.03
    """How long that is gathered."""
    client_ids: int = 16
    """How many Yjs client ids one socket may be present with."""
    presence: int = 4 * 1024
    """The largest awareness state of one client."""
    said: int = 200
    """What clients on other nodes may tell those of one board in a second; what is above that is dropped."""
    remembered: int = 1024
    """How many client ids the presence of a board remembers, gone ones included."""
    nested_types: int = 5_000
    """How many maps, arrays and texts one document may hold. The library that holds the document
    recurses over nested ones, and some 50,000 levels overflow the stack of the process."""


DEFAULTS = Limits()
