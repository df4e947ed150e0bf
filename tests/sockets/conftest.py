"""Lean sockets are tested on both event loops: that of asyncio, and the one that serves."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

BOTH = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """See pytest-asyncio."""
    return BOTH if item.path.name.startswith("test_lean") else {"asyncio": asyncio.new_event_loop}
