/** One's own part in the room's voice: on, off, muted; connects again by itself until it is told to stop. */

import { Refusal, words, type Api } from "../shared/api";
import type { Slot, What } from "../shared/types";
import type { Rights } from "./floor";
import { Microphone } from "./microphone";
import { Pictures } from "./pictures";
import { Loudspeaker, credentials, openPeer, renewed, type Peer } from "./voice-peer";

export type VoiceState = "off" | "asking" | "connecting" | "on" | "reconnecting" | "failed";

/** Refusals that trying again does not change. */
const FINAL = ["no-consent", "room-is-closed", "carried-elsewhere"];
const CONNECT_WITHIN_MS = 10_000;
const RECOVER_WITHIN_MS = 4000;
const LONGEST_PAUSE_MS = 8000;
/** Credentials for TURN serve for hours; these are asked for again well before. */
const SERVERS_LAST_MS = 3_600_000;
/** A level that is older tells of somebody who has stopped sending. */
const FRESH_MS = 400;

export class Voice {
  state: VoiceState = "off";
  /** Whether nobody is to hear one: by one's own will, or since one may not speak. */
  muted = false;
  /** Why it failed. */
  reason = "";
  /** Whether one agreed to be heard, as of the last connection. */
  sends = false;
  readonly microphone = new Microphone();
  readonly pictures: Pictures;
  private rights: Rights = { speak: true, show: false };
  private current: Peer | null = null;
  private place: string | null = null;
  private answer = "";
  private failures = 0;
  private restarting = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private servers: { list: RTCIceServer[]; at: number } | null = null;
  private readonly loudspeaker = new Loudspeaker();

  constructor(
    private readonly api: Api,
    private readonly room: string,
    private readonly changed: () => void,
  ) {
    this.pictures = new Pictures(changed);
    addEventListener("online", () => this.revive());
  }

  get wanted(): boolean {
    return this.state !== "off" && this.state !== "failed";
  }

  get peer(): RTCPeerConnection | null {
    return this.current?.connection ?? null;
  }

  /** Why one cannot be heard although one would and may. */
  get trouble(): string {
    return this.wanted && this.sends && this.rights.speak ? this.microphone.trouble : "";
  }

  /** Joins: to be heard if one agreed to that, else to listen. The microphone opens if one may speak. */
  async start(agreed: boolean): Promise<void> {
    if (this.wanted) return;
    this.failures = 0;
    this.sends = agreed;
    this.muted = !(agreed && this.rights.speak);
    this.become("asking");
    if (!this.muted) this.muted = !(await this.microphone.open());
    if (!this.wanted) this.microphone.close();
    else await this.connect("connecting");
  }

  async stop(): Promise<void> {
    this.become("off");
    this.microphone.close();
    await this.hangUp();
  }

  /** Agreeing to be heard, or taking that back, while the voice is on: the lines of an offer cannot change. */
  async agree(agreed: boolean): Promise<void> {
    if (!this.wanted || agreed === this.sends) return;
    await this.stop();
    await this.start(agreed);
  }

  /** Mutes and unmutes, where one may speak. Whoever unmutes opens the microphone, and nobody else does. */
  async mute(muted: boolean): Promise<void> {
    if (!muted && !(this.sends && this.rights.speak)) return;
    this.muted = muted;
    this.changed();
    if (!muted && !this.microphone.track) {
      this.muted = !(await this.microphone.open());
      if (!this.wanted || !this.rights.speak) this.microphone.close();
    }
    this.applyMute();
    this.changed();
  }

  /** Another microphone, or another try with this one. */
  async reopen(): Promise<void> {
    this.microphone.close();
    await this.mute(false);
  }

  /** What one may do now. Whoever may speak no longer has their microphone closed, not just ignored. */
  permit(rights: Rights): void {
    this.rights = rights;
    if (!rights.show) this.pictures.stop();
    if (rights.speak || !this.wanted) return;
    this.muted = true;
    this.microphone.close();
    this.applyMute();
  }

  /** A node is gone: if it carried this voice, or answered for it, the voice is over, and is joined anew. */
  async gone(node: string): Promise<void> {
    if (!this.wanted || !this.place?.includes(node)) return;
    this.place = null;
    await this.again();
  }

  /** Says goodbye while the page goes away. */
  abandon(): void {
    if (this.place) void this.api.once(this.place, { method: "DELETE", keepalive: true }).catch(() => {});
  }

  trackOf(mid: string): MediaStreamTrack | null {
    return this.peer?.getTransceivers().find((transceiver) => transceiver.mid === mid)?.receiver.track ?? null;
  }

  /** How loud each of those in the slots is, 0 to 1. */
  levels(slots: readonly Slot[]): Map<string, number> {
    const levels = new Map<string, number>();
    for (const { connection } of this.current ? [this.current] : []) {
      for (const { mid, receiver } of connection.getTransceivers()) {
        const person = slots.find((slot) => slot.mid === mid && (slot.what ?? "voice") === "voice")?.person;
        if (person) levels.set(person, levelOf(receiver));
      }
    }
    return levels;
  }

  private async connect(state: VoiceState): Promise<void> {
    this.become(state);
    const servers = await this.iceServers();
    if (!this.wanted) return;
    const peer = openPeer(this.sends, servers, (mid, track) => this.loudspeaker.play(mid, track));
    this.current = peer;
    this.applyMute();
    this.pictures.through(peer.lines);
    this.changed();
    peer.connection.onconnectionstatechange = () => this.moved(peer);
    this.watch(peer, CONNECT_WITHIN_MS, () => this.again());
    try {
      await this.negotiate(peer);
    } catch (error) {
      if (peer === this.current && this.wanted) await this.refused(error);
    }
  }

  private async iceServers(): Promise<RTCIceServer[]> {
    const known = this.servers;
    if (known && Date.now() - known.at < SERVERS_LAST_MS) return known.list;
    try {
      const { ice_servers: list } = await this.api.get<{ ice_servers: RTCIceServer[] }>(`/rooms/${this.room}/voice`);
      this.servers = { list, at: Date.now() };
      return list;
    } catch {
      return []; // Most networks need none; what is wrong besides shows when joining.
    }
  }

  private async negotiate({ connection }: Peer): Promise<void> {
    await connection.setLocalDescription();
    const init = { method: "POST", body: connection.localDescription?.sdp ?? "", headers: { "Content-Type": "application/sdp" } };
    const response = await this.api.once(`/rooms/${this.room}/voice`, init);
    const place = response.headers.get("Location");
    const sdp = await response.text();
    if (connection !== this.peer) {
      if (place) await this.drop(place);
      return;
    }
    [this.place, this.answer] = [place, sdp];
    await connection.setRemoteDescription({ type: "answer", sdp });
  }

  private moved(peer: Peer): void {
    if (peer !== this.current) return;
    switch (peer.connection.connectionState) {
      case "connected":
        clearTimeout(this.timer);
        this.failures = 0;
        this.become("on");
        break;
      case "disconnected":
      case "failed":
        this.revive();
    }
  }

  /** The network has changed, or is back: the same voice by another way; a new one if that does not work. */
  private revive(): void {
    const peer = this.current;
    if (!peer || !this.place || this.state === "connecting" || this.restarting) return;
    this.become("reconnecting");
    this.watch(peer, RECOVER_WITHIN_MS, () => this.again());
    void this.restart(peer, this.place);
  }

  private async restart({ connection }: Peer, place: string): Promise<void> {
    this.restarting = true;
    try {
      connection.restartIce();
      await connection.setLocalDescription();
      const { ufrag, pwd } = credentials(connection.localDescription?.sdp ?? "");
      const body = `a=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\n`;
      const headers = { "Content-Type": "application/trickle-ice-sdpfrag" };
      const response = await this.api.once(place, { method: "PATCH", body, headers });
      this.answer = renewed(this.answer, credentials(await response.text()));
      await connection.setRemoteDescription({ type: "answer", sdp: this.answer });
      if (connection === this.peer && connection.connectionState === "connected") this.become("on");
    } catch {
      if (connection === this.peer && this.wanted) void this.again();
    } finally {
      this.restarting = false;
    }
  }

  private watch(peer: Peer, patience: number, late: () => unknown): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (peer === this.current && peer.connection.connectionState !== "connected") late();
    }, patience);
  }

  private async refused(error: unknown): Promise<void> {
    const final = error instanceof Refusal && (FINAL.includes(error.code) || [400, 401, 404].includes(error.status));
    if (!final) {
      await this.again();
      return;
    }
    await this.stop();
    this.reason = words(error);
    this.become("failed");
  }

  private async again(): Promise<void> {
    this.become("reconnecting");
    await this.hangUp();
    // Not all at once, where a node took many voices with it.
    const pause = Math.min(500 * 2 ** this.failures++, LONGEST_PAUSE_MS) * (0.5 + Math.random());
    this.timer = setTimeout(() => {
      if (this.wanted) void this.connect("reconnecting");
    }, pause);
  }

  private async hangUp(): Promise<void> {
    clearTimeout(this.timer);
    this.peer?.close();
    this.current = null;
    this.loudspeaker.silence();
    if (!this.wanted) this.pictures.stop();
    const place = this.place;
    this.place = null;
    this.changed();
    if (place) await this.drop(place);
  }

  private async drop(place: string): Promise<void> {
    // If this does not arrive, the server misses the line's own signs of life soon enough.
    await this.api.once(place, { method: "DELETE" }).catch(() => {});
  }

  private applyMute(): void {
    const { track } = this.microphone;
    if (track) track.enabled = !this.muted;
    void this.send("voice", track);
  }

  private async send(what: What, track: MediaStreamTrack | null): Promise<void> {
    const line = this.current?.lines.get(what);
    if (line && line.track !== track) await line.replaceTrack(track).catch(() => {});
  }

  private become(state: VoiceState): void {
    this.state = state;
    this.changed();
  }
}

function levelOf(receiver: RTCRtpReceiver): number {
  const [source] = receiver.getSynchronizationSources();
  if (!source) return 0;
  // Some browsers count from the epoch, others from when the page was opened.
  const age = Math.min(...[Date.now(), performance.now()].map((now) => Math.abs(now - source.timestamp)));
  return age > FRESH_MS ? 0 : (source.audioLevel ?? 0);
}
