/** One WebRTC connection: a sending line first, then receiving slots, so that nobody ever renegotiates. */

export const SLOTS = 7;

export interface Sound {
  /** The slot's line in the answer. */
  mid: string;
  track: MediaStreamTrack;
}

export function openPeer(microphone: MediaStream | null, heard: (sound: Sound) => void): RTCPeerConnection {
  const peer = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  const track = microphone?.getAudioTracks()[0];
  peer.addTransceiver(track ?? "audio", { direction: "sendonly", streams: microphone ? [microphone] : [] });
  for (let slot = 0; slot < SLOTS; slot++) peer.addTransceiver("audio", { direction: "recvonly" });
  peer.ontrack = ({ transceiver, track }) => heard({ mid: transceiver.mid ?? "", track });
  return peer;
}

/** The microphone, or nothing where there is none or it may not be used: one can still listen. */
export async function openMicrophone(): Promise<MediaStream | null> {
  try {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch {
    return null;
  }
}

/** Plays what the slots bring. */
export class Loudspeaker {
  private readonly players = new Map<string, HTMLAudioElement>();

  play({ mid, track }: Sound): void {
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
