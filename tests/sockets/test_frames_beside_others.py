"""Our parser beside those of wsproto and websockets: the same messages and codes, wherever it is cut."""

from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from wsproto.frame_protocol import FrameProtocol, ParseFailed

from realtime.sockets.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_code
from tests.sockets.client import Read, Sent, binary, cut, ours

LARGEST = 1000

payloads = st.one_of(
    st.binary(max_size=20),
    st.text(max_size=8).map(str.encode),
    st.sampled_from([bytes(125), bytes(126), bytes(LARGEST), bytes(LARGEST + 1), bytes(65_536)]),
)
right = st.one_of(
    st.lists(payloads, min_size=1, max_size=4).map(lambda parts: binary(*parts)),
    st.text(max_size=8).map(lambda text: [Sent(TEXT, text.encode())]),
    st.binary(max_size=125).flatmap(lambda p: st.sampled_from([[Sent(PING, p)], [Sent(PONG, p)]])),
)
closes = st.builds(
    lambda code, reason: [Sent(CLOSE, code.to_bytes(2, "big") + reason)],
    st.one_of(st.integers(990, 1020), st.integers(2990, 3010), st.integers(4990, 5010)),
    st.one_of(st.just(b""), st.text(max_size=8).map(str.encode), st.binary(max_size=3)),
)
anything = st.builds(
    lambda *fields: [Sent(*fields)],
    st.integers(0, 15),
    payloads,
    st.booleans(),
    st.sampled_from([0, 0, 0, 1, 2, 4]),
    st.sampled_from([True, True, True, False]),
)
wide = st.builds(
    lambda payload, width: [Sent(BINARY, payload, width=width)],
    st.binary(max_size=200),
    st.sampled_from([2, 8]),
)
streams = st.lists(st.one_of(right, right, right, closes, anything, wide), max_size=6).map(
    lambda groups: [frame for group in groups for frame in group]
)
cuts = st.lists(st.integers(0, 3000), max_size=12)


def encoded(sent: list[Sent]) -> bytes:
    return b"".join(frame.encoded() for frame in sent)


@given(streams, cuts)
@example([*binary(b"a", b"b"), Sent(CLOSE, b"")], [1, 2, 3])
def test_wherever_it_is_cut_the_same_is_read(sent, places):
    data = encoded(sent)
    assert ours(cut(data, places), LARGEST) == ours([data], LARGEST)


@given(streams, cuts)
@example([Sent(CLOSE, b"\x03\xf6")], [])
@example([Sent(TEXT, b"\xed", final=False), Sent(CONTINUATION, b"\xa0\x80")], [])
def test_wsproto_reads_the_same(sent, places):
    pieces = cut(encoded(sent), places)
    mine, other = until_closed(ours(pieces, LARGEST)), with_wsproto(pieces)
    if mine.failed == 1009:  # wsproto knows no largest message, and reads on
        assert other.frames[: len(mine.frames)] == mine.frames
    elif mine.frames and mine.frames[-1][0] == CLOSE and close_code(mine.frames[-1][1]) == 1014:
        assert other == Read(mine.frames[:-1], 1002)  # a code that was registered later, unknown to it
    else:
        assert mine == other


@given(streams, cuts)
@example([Sent(BINARY, b"a", final=False), Sent(CLOSE, b"")], [])
@example([Sent(CLOSE, b"\x03\xe7\xff")], [])
@example([Sent(PING, bytes(1001))], [])
def test_websockets_reads_the_same(sent, places):
    # It takes lengths in more bytes than they need, which RFC 6455 (5.2) forbids.
    pieces = cut(encoded([frame._replace(width=None) for frame in sent]), places)
    mine, other = until_closed(ours(pieces, LARGEST)), with_websockets(pieces)
    if mine.failed == 1007 and sent_text(sent):  # the text of a message is checked above its parser
        assert other.frames[: len(mine.frames)] == mine.frames
    elif mine != other:
        assert other.frames == mine.frames[: len(other.frames)]
        assert (mine.failed, other.failed) in {
            (1002, 1009),  # it looks at the size first, we at what the frame is
            (1002, 1007),  # it looks at the reason of a close first, we at the code
            (None, 1002),  # it takes no close between fragments; RFC 6455 (5.4) has control frames there
        }
        assert mine.failed or mine.frames[-1][0] == CLOSE


@given(st.binary(min_size=1, max_size=60), cuts)
@example(b"\x82\xfe\x00\x05", [])
def test_noise_fails_as_it_does_with_wsproto(noise, places):
    # Whatever frame the noise begins, these zeros end, and what they begin has no mask.
    pieces = cut(noise + bytes(LARGEST + 20), places)
    mine, other = until_closed(ours(pieces, LARGEST)), with_wsproto(pieces)
    if mine.failed == 1009:
        assert other.frames[: len(mine.frames)] == mine.frames
    else:
        assert mine == other
        assert mine.failed or mine.frames[-1][0] == CLOSE


def sent_text(sent: list[Sent]) -> bool:
    return any(frame.kind == TEXT for frame in sent)


def with_wsproto(pieces: list[bytes]) -> Read:
    protocol, frames, message = FrameProtocol(client=False, extensions=[]), [], b""
    try:
        for piece in pieces:
            protocol.receive_bytes(piece)
            for frame in protocol.received_frames():
                kind, payload = int(frame.opcode), frame.payload
                if kind == CLOSE:
                    code, reason = payload
                    return Read([*frames, (CLOSE, closing(code, reason))], None)
                if kind in (PING, PONG):
                    frames.append((kind, bytes(payload)))
                    continue
                message += payload.encode() if isinstance(payload, str) else payload
                if frame.message_finished:
                    frames.append((kind, message))
                    message = b""
    except ParseFailed as failed:
        return Read(frames, int(failed.code))
    return Read(frames, None)


def with_websockets(pieces: list[bytes]) -> Read:
    protocol, frames, message, kind = ServerProtocol(state=State.OPEN, max_size=LARGEST), [], b"", 0
    for piece in pieces:
        protocol.receive_data(piece)
    for frame in protocol.events_received():
        if frame.opcode in (Opcode.PING, Opcode.PONG, Opcode.CLOSE):
            frames.append((int(frame.opcode), bytes(frame.data)))
            continue
        kind = int(frame.opcode) or kind
        message += frame.data
        if frame.fin:
            frames.append((kind, message))
            message = b""
    failed = protocol.close_sent.code if protocol.parser_exc is not None and protocol.close_sent else None
    return Read(frames, failed)


def closing(code: int, reason: str | None) -> bytes:
    return b"" if code == 1005 else code.to_bytes(2, "big") + (reason or "").encode()


def until_closed(read: Read) -> Read:
    """Behind a close frame nothing counts."""
    for at, (kind, _) in enumerate(read.frames):
        if kind == CLOSE:
            return Read(read.frames[: at + 1], None)
    return read
