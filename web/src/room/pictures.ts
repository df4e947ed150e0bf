/** What one shows: camera and screen, each on a line of its own, only when one wants to and may. */

import type { What } from "../shared/types";

export type Picture = Exclude<What, "voice">;

const BITS_PER_SECOND: Record<Picture, number> = { camera: 500_000, screen: 1_500_000 };
const CAMERA = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 20, max: 24 } };
const SCREEN = { frameRate: { ideal: 8, max: 15 } };

export class Pictures {
  private readonly shown = new Map<Picture, MediaStreamTrack>();
  private lines: ReadonlyMap<What, RTCRtpSender> = new Map();

  constructor(private readonly changed: () => void) {}

  get(what: Picture): MediaStreamTrack | null {
    return this.shown.get(what) ?? null;
  }

  /** Begins or ends; what the browser refuses is thrown, and a choice that was called off is none. */
  async toggle(what: Picture): Promise<void> {
    if (this.shown.has(what)) {
      this.end(what);
      return;
    }
    const track = await opened(what);
    if (!track) return;
    track.onended = () => this.end(what); // by the browser's own button
    this.shown.set(what, track);
    await this.apply(what);
    this.changed();
  }

  stop(): void {
    for (const what of [...this.shown.keys()]) this.end(what);
  }

  /** A connection, perhaps a new one: what is shown goes through its lines. */
  through(lines: ReadonlyMap<What, RTCRtpSender>): void {
    this.lines = lines;
    for (const what of this.shown.keys()) void this.apply(what);
  }

  private end(what: Picture): void {
    this.shown.get(what)?.stop();
    this.shown.delete(what);
    void this.apply(what);
    this.changed();
  }

  private async apply(what: Picture): Promise<void> {
    const line = this.lines.get(what);
    if (!line) return;
    await line.replaceTrack(this.get(what)).catch(() => {});
    const parameters = line.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = BITS_PER_SECOND[what];
    await line.setParameters(parameters).catch(() => {});
  }
}

async function opened(what: Picture): Promise<MediaStreamTrack | null> {
  try {
    const { mediaDevices: devices } = navigator;
    const stream = await (what === "camera" ? devices.getUserMedia({ video: CAMERA }) : devices.getDisplayMedia({ video: SCREEN }));
    const track = stream.getVideoTracks()[0] ?? null;
    // Letters on a screen are worth more than smooth movement.
    if (track && what === "screen") track.contentHint = "detail";
    return track;
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" && what === "screen") return null;
    throw new Error(TROUBLES[name] ?? "The camera did not start.");
  }
}

const TROUBLES: Record<string, string> = {
  NotAllowedError: "Your browser does not let this page use the camera. Allow it beside the address of the page, then try again.",
  NotFoundError: "No camera was found.",
  NotReadableError: "The camera is used by another program.",
  NotSupportedError: "This browser cannot share its screen.",
  TypeError: "This browser cannot share its screen.",
};
