/** One WebRTC connection: sending lines and receiving slots, all from the start, so that nobody ever renegotiates. */

import type { What } from "../shared/types";

/** How many others are heard at once, and how many cameras and screens are seen. */
export const SLOTS = 7;
export const PICTURES = 4;

export interface Peer {
  readonly connection: RTCPeerConnection;
  /** The lines on which one sends; none for whoever only listens. */
  readonly lines: ReadonlyMap<What, RTCRtpSender>;
}

/** The order is known to the server: a voice, others' voices, a camera, a screen, others' pictures. */
export function openPeer(sends: boolean, iceServers: RTCIceServer[], heard: (mid: string, track: MediaStreamTrack) => void): Peer {
  const connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
  const lines = new Map<What, RTCRtpSender>();
  const add = (kind: "audio" | "video", direction: RTCRtpTransceiverDirection) => {
    const transceiver = connection.addTransceiver(kind, { direction });
    prefer(transceiver, kind);
    return transceiver.sender;
  };
  if (sends) lines.set("voice", add("audio", "sendonly"));
  for (let slot = 0; slot < SLOTS; slot++) add("audio", "recvonly");
  if (sends) for (const what of ["camera", "screen"] as const) lines.set(what, add("video", "sendonly"));
  for (let picture = 0; picture < PICTURES; picture++) add("video", "recvonly");
  connection.ontrack = ({ transceiver, track }) => {
    if (track.kind === "audio") heard(transceiver.mid ?? "", track);
  };
  return { connection, lines };
}

/** Only what the server passes on: an offer of all that a browser knows would be ten times as long. */
const SPOKEN = { audio: ["audio/opus"], video: ["video/vp8", "video/rtx"] };

function prefer(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const wanted = codecs.filter((codec) => SPOKEN[kind].includes(codec.mimeType.toLowerCase()));
  if (wanted.length > 0) transceiver.setCodecPreferences?.(wanted);
}

/** The credentials of ICE in an SDP or a fragment of one. */
export function credentials(sdp: string): { ufrag: string; pwd: string } {
  const find = (name: string) => sdp.match(new RegExp(`^a=ice-${name}:(\\S+)`, "m"))?.[1] ?? "";
  return { ufrag: find("ufrag"), pwd: find("pwd") };
}

/** An answer with other credentials, on each of its lines. */
export function renewed(answer: string, { ufrag, pwd }: { ufrag: string; pwd: string }): string {
  return answer.replace(/^a=ice-ufrag:\S+/gm, `a=ice-ufrag:${ufrag}`).replace(/^a=ice-pwd:\S+/gm, `a=ice-pwd:${pwd}`);
}

/** Plays what the slots bring. */
export class Loudspeaker {
  private readonly players = new Map<string, HTMLAudioElement>();

  play(mid: string, track: MediaStreamTrack): void {
    const player = this.players.get(mid) ?? document.createElement("audio");
    this.players.set(mid, player);
    player.autoplay = true;
    player.srcObject = new MediaStream([track]);
    player.play().catch(() => this.playOnTouch(player));
  }

  silence(): void {
    for (const player of this.players.values()) player.srcObject = null;
    this.players.clear();
  }

  /** A browser that wants a gesture before sound gets it with the next click or key. */
  private playOnTouch(player: HTMLAudioElement): void {
    const again = () => void player.play().catch(() => {});
    addEventListener("pointerdown", again, { once: true });
    addEventListener("keydown", again, { once: true });
  }
}
