"""What the engine counts for the metrics, by name; what is refused has its reason in the name."""

TRAFFIC = (
    "rtp-in",
    "rtp-out",
    "rtcp-in",
    "rtcp-out",
    "nack-in",  # packets that a listener asked for again
    "nack-out",  # packets that a sender was asked for again
    "resent",
    "keyframes-asked",
)
REFUSED = (
    "stranger",  # not STUN, from an address that no peer was seen at
    "not-for-us",  # neither STUN, DTLS, RTP nor RTCP
    "stun-malformed",
    "stun-not-a-request",
    "stun-unknown",  # for a peer that is not here (any more)
    "stun-forged",
    "stun-role-conflict",
    "address-taken",  # another peer was heard from this address just now
    "dtls-failed",
    "srtp-early",  # before the handshake is done
    "srtp-forged",
    "srtp-replayed",
    "rtp-malformed",
    "rtp-unknown-source",
    "rtp-other-codec",
    "rtp-too-fast",
    "rtp-not-permitted",  # of somebody who may not speak, or not show
    "rtcp-malformed",
    "send-blocked",  # the socket's buffer is full: the packet is dropped, as voice must not wait
    "send-failed",  # there is no way to that address
    "internal",  # a fault of ours; the log has it
)


class Dropped(Exception):
    """A packet was refused; the reason, one of REFUSED, is its one argument."""

    @property
    def reason(self) -> str:
        """The name that it is counted under."""
        return str(self.args[0])


def new_counts() -> dict[str, int]:
    """Every count, at 0: a metric that appears only with the first fault cannot be watched."""
    return dict.fromkeys(TRAFFIC + REFUSED, 0)
