"""The servers that Lyceum brings along: PostgreSQL, NATS and Redis, each unless a URL says where one is."""

from infra.embedded.errors import EmbeddedError as EmbeddedError
from infra.embedded.servers import Servers as Servers
from infra.embedded.servers import reached as reached
from infra.embedded.servers import servers as servers
