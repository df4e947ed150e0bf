/** One's own part in the room's voice: on, off, muted; connects again by itself until it is told to stop. */

import { Refusal, words, type Api } from "../shared/api";
import { Loudspeaker, openMicrophone, openPeer } from "./voice-peer";

export type VoiceState = "off" | "asking" | "connecting" | "on" | "reconnecting" | "failed";

/** Refusals that trying again does not change. */
const FINAL = ["no-consent", "room-is-closed"];
const CONNECT_WITHIN_MS = 10_000;
const RECOVER_WITHIN_MS = 3000;
const LONGEST_PAUSE_MS = 8000;

export class Voice {
  state: VoiceState = "off";
  muted = false;
  /** Why it failed. */
  reason = "";
  peer: RTCPeerConnection | null = null;
  private microphone: MediaStream | null = null;
  private place: string | null = null;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly loudspeaker = new Loudspeaker();

  constructor(
    private readonly api: Api,
    private readonly room: string,
    private readonly changed: () => void,
  ) {}

  get wanted(): boolean {
    return this.state !== "off" && this.state !== "failed";
  }

  /** Whether only the others can be heard: no microphone, or not allowed. */
  get listening(): boolean {
    return this.wanted && this.state !== "asking" && this.microphone === null;
  }

  async start(): Promise<void> {
    if (this.wanted) return;
    this.failures = 0;
    this.become("asking");
    const microphone = await openMicrophone();
    if (!this.wanted) {
      stopAll(microphone);
      return;
    }
    this.microphone = microphone;
    this.applyMute();
    await this.connect("connecting");
  }

  async stop(): Promise<void> {
    this.become("off");
    stopAll(this.microphone);
    this.microphone = null;
    await this.hangUp();
  }

  mute(muted: boolean): void {
    this.muted = muted;
    this.applyMute();
    this.changed();
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

  private async connect(state: VoiceState): Promise<void> {
    this.become(state);
    const peer = openPeer(this.microphone, (sound) => this.loudspeaker.play(sound));
    this.peer = peer;
    this.changed();
    peer.onconnectionstatechange = () => this.moved(peer);
    this.watch(peer, CONNECT_WITHIN_MS);
    try {
      await this.negotiate(peer);
    } catch (error) {
      if (peer === this.peer && this.wanted) await this.refused(error);
    }
  }

  private async negotiate(peer: RTCPeerConnection): Promise<void> {
    // Before anything is gathered; it gives nothing where the deployment has no TURN servers.
    const shown = await this.api.get<{ ice_servers: RTCIceServer[] }>(`/rooms/${this.room}/voice`);
    if (peer !== this.peer) return;
    peer.setConfiguration({ ...peer.getConfiguration(), iceServers: shown.ice_servers });
    const offer = await peer.createOffer();
    await peer.setLocalDescription(offer);
    const init = { method: "POST", body: offer.sdp ?? "", headers: { "Content-Type": "application/sdp" } };
    const response = await this.api.once(`/rooms/${this.room}/voice`, init);
    const place = response.headers.get("Location");
    const sdp = await response.text();
    if (peer !== this.peer) {
      if (place) await this.drop(place);
      return;
    }
    this.place = place;
    await peer.setRemoteDescription({ type: "answer", sdp });
  }

  private moved(peer: RTCPeerConnection): void {
    if (peer !== this.peer) return;
    switch (peer.connectionState) {
      case "connected":
        clearTimeout(this.timer);
        this.failures = 0;
        this.become("on");
        break;
      case "disconnected":
        this.watch(peer, RECOVER_WITHIN_MS);
        break;
      case "failed":
        void this.again();
    }
  }

  private watch(peer: RTCPeerConnection, patience: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (peer === this.peer && peer.connectionState !== "connected") void this.again();
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
    this.peer = null;
    this.loudspeaker.silence();
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
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !this.muted;
  }

  private become(state: VoiceState): void {
    this.state = state;
    this.changed();
  }
}

function stopAll(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
