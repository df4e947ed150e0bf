"""Opening handshakes: what is asked for wrongly stays HTTP, and is told why."""

import msgspec
import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.exceptions import InvalidStatus

from realtime.sockets.first_look import FirstLook, opens_websocket
from realtime.sockets.handshake import HEAD, NotUpgraded, upgraded
from tests.sockets.served import request, served, until


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (request("/echo", Sec_WebSocket_Version="8"), 426, "upgrade-required"),
        (request("/echo", Sec_WebSocket_Version=None), 426, "upgrade-required"),
        (request("/echo", Sec_WebSocket_Key=None), 400, "invalid"),
        (request("/echo", Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ"), 400, "invalid"),
        (request("/echo", Sec_WebSocket_Key="c2hvcnQ="), 400, "invalid"),
        (request("/echo", Sec_WebSocket_Key="\xe9" * 24), 400, "invalid"),
        (request("/echo", "POST", Content_Length="0"), 405, "method-not-allowed"),
        (request("/nowhere"), 404, "not-found"),
        (request("/many"), 404, "not-found"),
        (request("/many/"), 404, "not-found"),
        (request("/many/1/2"), 404, "not-found"),
        (request("/many/1%2F2"), 404, "not-found"),
        (request("/many/1", X="x" * HEAD), 431, "request-header-fields-too-large"),
    ],
)
async def test_what_is_asked_for_wrongly_is_answered_with_a_problem_and_counted(asked, status, code):
    async with served() as running, running.connected() as raw:
        await raw.send(asked)
        head, _, body = (await raw.rest()).partition(b"\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status} ".encode())
        assert f"Content-Length: {len(body)}\r\n".encode() in head
        problem = msgspec.json.decode(body)
        assert (problem["type"], problem["status"]) == (f"/problems/{code}", status)
        assert running.house.refused("http", code) == 1
        assert len(running.sockets) == 0


async def test_who_asks_for_another_version_is_told_which_there_is():
    async with served() as running, running.connected() as raw:
        await raw.send(request("/echo", Sec_WebSocket_Version="12"))
        assert b"Sec-WebSocket-Version: 13\r\n" in await raw.rest()


async def test_a_request_that_is_none_of_a_socket_reaches_the_application():
    async with served() as running, running.connected() as raw:
        await raw.send(request("/echo", Upgrade=None, Connection="close"))
        assert (await raw.rest()).startswith(b"HTTP/1.1 404 ")
        assert running.house.refused("http", "not-found") == 0


async def test_a_client_that_offers_more_gets_a_plain_socket():
    async with (
        served() as running,
        running.connect("/many/2", compression="deflate", subprotocols=["yjs"]) as client,
    ):
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        assert client.subprotocol is None
        await client.send(b"plain")
        assert await client.recv() == b"plainplain"


async def test_a_path_may_be_written_with_percent_signs():
    async with served() as running, running.connect("/%65cho") as client:
        await client.send(b"found")
        assert await client.recv() == b"found"


async def test_there_is_nothing_to_see_for_websockets_elsewhere():
    async with served() as running:
        with pytest.raises(InvalidStatus):
            await running.connect("/elsewhere")


def test_the_answer_proves_that_the_key_was_read():
    # The example of RFC 6455, 1.3.
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in upgraded(request("/boards/r")).answer


@pytest.mark.parametrize(
    ("path", "field", "token"),
    [
        ("/r", None, None),
        ("/r?token=a.b-c_d", None, "a.b-c_d"),
        ("/r?x=1&token=a%2Bb&token=", None, "a+b"),
        ("/r?token=a", "Bearer  b ", "b"),
        ("/r?token=a", "Basic b", "a"),
    ],
)
def test_the_token_comes_in_a_header_or_in_the_path(path, field, token):
    assert upgraded(request(path, Authorization=field)).arrival == ("/r", token)


def test_a_key_that_is_given_twice_is_none():
    twice = request("/r").replace(b"\r\n\r\n", b"\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    with pytest.raises(NotUpgraded):
        upgraded(twice)


def test_only_a_whole_plain_request_for_a_websocket_is_taken_at_first_sight():
    plain = request("/echo")
    assert opens_websocket(plain)
    assert opens_websocket(plain.replace(b"websocket", b"WebSocket").replace(b"Upgrade:", b"UPGRADE:"))
    for other in (
        plain[:-1],
        plain + b"x",
        plain + plain,
        plain.replace(b"HTTP/1.1", b"HTTP/1.0"),
        plain.replace(b"Host: ", b"Host : "),
        plain.replace(b"Host: localhost", b"Host: local\r\n host"),
        plain.replace(b"\r\n", b"\n"),
        request("/echo", "POST"),
        request("/echo", Upgrade="h2c"),
        request("/echo", Connection="keep-alive"),
        request("/echo", Connection="Upgraded"),
        request("/echo", Content_Length="0"),
        request("/echo", Transfer_Encoding="chunked"),
        request("/echo", X="\x00"),
    ):
        assert not opens_websocket(other), other


async def test_a_request_that_comes_in_pieces_opens_a_socket_by_way_of_the_http_server():
    async with served() as running, running.connected() as raw:
        asked, connections = request("/echo"), running.server.server_state.connections
        await raw.send(asked[:40])
        await until(lambda: any(isinstance(each, HttpToolsProtocol) for each in connections))
        await raw.send(asked[40:])
        assert await raw.exactly(12) == b"HTTP/1.1 101"


async def test_who_has_connected_and_asked_for_nothing_does_not_hold_up_the_end():
    async with served() as running, running.connected() as raw:
        connections = running.server.server_state.connections
        await until(lambda: any(isinstance(each, FirstLook) for each in connections))
        running.server.should_exit = True
        assert await raw.rest() == b""
