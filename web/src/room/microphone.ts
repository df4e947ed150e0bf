/** The microphone: which one, whether it may be used, and how loud it is. */

const CHOSEN = "lyceum-microphone";

/** Why there is no sound from here, in words that say what to do. */
const TROUBLES: Record<string, string> = {
  NotAllowedError: "Your browser does not let this page use the microphone. Allow it beside the address of the page, then try again.",
  NotFoundError: "No microphone was found. Plug one in, then try again.",
  NotReadableError: "The microphone is used by another program. Close that, then try again.",
  OverconstrainedError: "The microphone that you chose is not there any more. Choose another one.",
};
const NO_DEVICES = "This page is not open over a secure line (https), so the browser offers no microphone.";

export function troubleOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return TROUBLES[name] ?? "The microphone did not start. Try again, or choose another one.";
}

export interface Choice {
  id: string;
  label: string;
}

export class Microphone {
  /** Why it did not open; empty if it did, or was never wanted. */
  trouble = "";
  track: MediaStreamTrack | null = null;
  private meter: Meter | null = null;

  /** Opens the chosen one, or any; false if there is none to be had. */
  async open(): Promise<boolean> {
    this.close();
    this.trouble = "";
    try {
      if (!navigator.mediaDevices) throw new Error(NO_DEVICES);
      const stream = await navigator.mediaDevices.getUserMedia({ audio: wished(chosen()) });
      this.track = stream.getAudioTracks()[0] ?? null;
      this.meter = new Meter(stream);
    } catch (error) {
      this.trouble = error instanceof Error && error.message === NO_DEVICES ? NO_DEVICES : troubleOf(error);
    }
    return this.track !== null;
  }

  close(): void {
    this.track?.stop();
    this.track = null;
    this.meter?.close();
    this.meter = null;
  }

  /** 0 to 1. */
  get level(): number {
    return this.track?.enabled ? (this.meter?.level ?? 0) : 0;
  }
}

export function chosen(): string {
  try {
    return localStorage.getItem(CHOSEN) ?? "";
  } catch {
    return ""; // A browser that keeps nothing.
  }
}

export function choose(id: string): void {
  try {
    localStorage.setItem(CHOSEN, id);
  } catch {
    // It serves until the page is loaded again, since the stream is open.
  }
}

/** The microphones that there are; browsers name them once one was allowed. */
export async function microphones(): Promise<Choice[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const found = devices.filter((device) => device.kind === "audioinput" && device.deviceId);
  return found.map((device, index) => ({ id: device.deviceId, label: device.label || `Microphone ${index + 1}` }));
}

function wished(id: string): MediaTrackConstraints {
  const clean = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  // Wished for, not demanded: one that was unplugged must not leave anybody without a voice.
  return id ? { ...clean, deviceId: { ideal: id } } : clean;
}

/** How loud a stream is right now. */
class Meter {
  private readonly context = new AudioContext();
  private readonly analyser = this.context.createAnalyser();
  private readonly samples: Float32Array<ArrayBuffer>;

  constructor(stream: MediaStream) {
    this.analyser.fftSize = 512;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(stream).connect(this.analyser);
  }

  get level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return Math.min(1, this.samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
  }

  close(): void {
    void this.context.close().catch(() => {});
  }
}
