"""Checkpoints and notes are those of C2SP, to the byte; what is not is refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.signing import SealKey, check
from domain.checkpoint import (
    Checkpoint,
    NotACheckpoint,
    NotAKey,
    NotANote,
    NotSigned,
    VerifierKey,
    WrongSignature,
    checkpoint_of,
    is_name,
    key_of,
    opened,
    signed,
    verified,
)

# Published notes, and the keys that have signed them.
PUBLISHED = {
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k": (
        "This is an example message.\n",
        "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu"
        "72IneyaQM=\n",
    ),
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n",
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6R"
        "yyBwJnAM=\n",
    ),
}
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = bytes(range(32))
OURS = SealKey("school.example/log", b"s" * 32)
NOTE = OURS.note(7, ROOT)


@pytest.mark.parametrize("key", PUBLISHED)
def test_published_notes_open_with_their_published_keys(key):
    text, signature = PUBLISHED[key]
    assert opened(f"{text}\n{signature}", key_of(key), check) == text
    assert str(key_of(key)) == key


def test_the_published_checkpoint_is_read_and_written_to_the_byte():
    found = checkpoint_of(SOFA)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text() == SOFA


def test_a_note_of_ours_is_five_lines_and_opens():
    assert NOTE.count("\n") == 5
    assert verified(NOTE, OURS.verifier, check) == Checkpoint("school.example/log", 7, ROOT)


@given(some.binary(min_size=32, max_size=32), some.integers(0, 10**18), some.binary(min_size=32, max_size=32))
def test_whatever_is_signed_is_verified(seed, size, root):
    key = SealKey("a.example", seed)
    assert verified(key.note(size, root), key_of(str(key.verifier)), check) == ("a.example", size, root)


@given(some.integers(0, len(NOTE.encode()) - 1), some.integers(1, 255))
def test_a_note_with_one_byte_changed_does_not_open(at, by):
    note = bytearray(NOTE.encode())
    note[at] ^= by
    try:
        altered = note.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises((NotANote, NotSigned, WrongSignature)):
        verified(altered, OURS.verifier, check)


def test_signatures_of_others_beside_ours_are_passed_over():
    witness = SealKey("witness.example", b"w" * 32)
    text, _, line = NOTE.partition("\n\n")
    theirs = witness.note(7, ROOT).rpartition("\n\n")[2]
    for lines in (line + theirs, theirs + line):
        assert verified(f"{text}\n\n{lines}", OURS.verifier, check).size == 7
    with pytest.raises(NotSigned, match=r"not signed by school\.example/log"):
        verified(f"{text}\n\n{theirs}", OURS.verifier, check)


def test_another_key_of_the_same_name_is_not_ours():
    other = SealKey("school.example/log", b"o" * 32)
    with pytest.raises(NotSigned):
        verified(other.note(7, ROOT), OURS.verifier, check)


def test_a_false_signature_under_our_id_is_refused_even_beside_a_true_one():
    text, _, line = NOTE.partition("\n\n")
    false = OURS.note(8, ROOT).rpartition("\n\n")[2]
    for lines in (false, line + false, false + line):
        with pytest.raises(WrongSignature):
            verified(f"{text}\n\n{lines}", OURS.verifier, check)


def test_a_checkpoint_of_another_log_is_refused_though_our_key_has_signed_it():
    def sign(_: bytes) -> bytes:
        return b"taken to be true"

    note = signed(Checkpoint("other.example", 7, ROOT).text(), OURS.verifier, sign)
    with pytest.raises(NotSigned, match=r"of the log 'other.example'"):
        verified(note, OURS.verifier, lambda *_: True)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        NOTE[:-1],
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("—", "-"),
        NOTE.replace("— ", "—"),
        NOTE + "more\n",
        NOTE.replace("\n", "\r\n"),
        NOTE + "— name \n",
        NOTE + "— name AAA=\n",
        NOTE + "— na+me AAAAAAAAAAA=\n",
        "x" * 200_000 + NOTE,
    ],
    ids=range(13),
)
def test_what_is_no_note_is_said_to_be_none(note):
    with pytest.raises(NotANote):
        opened(note, OURS.verifier, check)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n7\n",
        SOFA[:-1],
        SOFA.replace("20852163", "020852163"),
        SOFA.replace("20852163", "-1"),
        SOFA.replace("20852163", "²"),
        SOFA.replace("20852163", "9" * 20),
        SOFA.replace("=", ""),
        SOFA.replace("2I=", "2J="),
        SOFA.replace("CsUY", ""),
        "\n" + SOFA,
        SOFA + "\n",
    ],
    ids=range(13),
)
def test_what_is_no_checkpoint_is_said_to_be_none(text):
    with pytest.raises(NotACheckpoint):
        checkpoint_of(text)


def test_lines_behind_the_root_are_passed_over():
    assert checkpoint_of(SOFA + "more\n") == checkpoint_of(SOFA)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U",
        "example.com/foo+530d903a+!",
    ],
)
def test_what_is_no_key_is_said_to_be_none(text):
    with pytest.raises(NotAKey):
        key_of(text)


def test_names_have_neither_spaces_nor_plus():
    assert is_name("school.example/log")
    for name in ("", "a b", "a+b", "a\u00a0b", "a\nb", "a\tb", "a\x00"):
        assert not is_name(name)


def test_a_key_of_another_length_checks_nothing():
    assert not check(b"short", b"", b"")
    assert VerifierKey("a", b"short").id
