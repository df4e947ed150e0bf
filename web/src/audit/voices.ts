/** The voices of a room's past: one element a person, played in step with one clock. */

import type { Api } from "../shared/api";

/** The sound of one person from `started` to `ended`, ms since the epoch. */
export interface Segment {
  segment: string;
  person: string;
  name: string;
  started: number;
  ended: number;
}

interface Track {
  audio: HTMLAudioElement;
  segment: Segment | null;
  ear: AnalyserNode | null;
}

/** Milliseconds by which a voice may be off before it is set right. */
const OFF = 120;
/** Milliseconds before a segment begins at which it is fetched. */
const SOON = 8_000;
const KEPT = 24;
/** The loudness, 0 to 1, from which on somebody is shown as speaking. */
const AUDIBLE = 0.01;

export class Voices {
  segments: Segment[] = [];
  playing = false;
  private readonly tracks = new Map<string, Track>();
  private readonly fetched = new Map<string, Promise<string>>();
  private zero = 0;
  private since = 0;
  private context: AudioContext | null = null;

  constructor(
    private readonly api: Api,
    private readonly room: string,
  ) {}

  async load(): Promise<void> {
    const found = await this.api.get<{ segments: Segment[] }>(`/rooms/${this.room}/recordings`);
    this.segments = found.segments;
  }

  /** Whose voices there are, in the order in which they were first heard. */
  get people(): { person: string; name: string }[] {
    return [...new Map(this.segments.map(({ person, name }) => [person, { person, name }])).values()];
  }

  /** The instant that is being heard, ms since the epoch. */
  get now(): number {
    return this.playing ? this.zero + performance.now() - this.since : this.zero;
  }

  /** Begins to play, after a gesture of whoever listens, or browsers keep silent. */
  start(instant: number): void {
    this.context ??= new AudioContext();
    void this.context.resume();
    this.playing = true;
    this.jump(instant);
  }

  pause(): void {
    this.zero = this.now;
    this.playing = false;
    for (const { audio } of this.tracks.values()) audio.pause();
  }

  jump(instant: number): void {
    this.zero = instant;
    this.since = performance.now();
    this.follow();
  }

  /** The next instant at which a voice is to be heard: now, if one is; null if none is left. */
  nextFrom(instant: number): number | null {
    const left = this.segments.filter(({ ended }) => ended > instant).map(({ started }) => Math.max(started, instant));
    return left.length ? Math.min(...left) : null;
  }

  /** Has every voice be where the clock is. To be called several times a second while it plays. */
  follow(): void {
    const now = this.now;
    for (const { person } of this.people) this.set(person, now);
    for (const segment of this.segments) {
      if (segment.ended > now && segment.started < now + SOON) void this.sound(segment).catch(() => undefined);
    }
  }

  /** How loud somebody is at this moment, 0 to 1. */
  loudness(person: string): number {
    const ear = this.tracks.get(person)?.ear;
    if (!ear || !this.playing) return 0;
    const samples = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  }

  speaks(person: string): boolean {
    return this.loudness(person) > AUDIBLE;
  }

  /** What is heard of somebody, for tests and for finding faults. */
  ear(person: string): AnalyserNode | null {
    return this.tracks.get(person)?.ear ?? null;
  }

  close(): void {
    this.pause();
    for (const url of this.fetched.values()) void url.then(URL.revokeObjectURL, () => undefined);
    this.fetched.clear();
    void this.context?.close();
    this.context = null;
  }

  private set(person: string, now: number): void {
    const segment = this.segments.find((one) => one.person === person && one.started <= now && now < one.ended) ?? null;
    const track = this.track(person);
    if (track.segment !== segment) {
      track.segment = segment;
      track.audio.pause();
      if (segment) void this.put(track, segment);
      return;
    }
    if (segment && track.audio.readyState > 0) this.align(track, segment);
  }

  /** Puts a segment into its element, unless time has gone on to another meanwhile. */
  private async put(track: Track, segment: Segment): Promise<void> {
    try {
      const url = await this.sound(segment);
      if (track.segment !== segment) return;
      track.audio.src = url;
      await new Promise((ready, failed) => {
        track.audio.onloadedmetadata = ready;
        track.audio.onerror = failed;
      });
      if (track.segment === segment) this.align(track, segment);
    } catch {
      // It may be gone, or the line is down: the others go on, and following tries again.
      if (track.segment === segment) track.segment = null;
    }
  }

  private align({ audio }: Track, segment: Segment): void {
    const wanted = (this.now - segment.started) / 1000;
    if (Math.abs(audio.currentTime - wanted) * 1000 > OFF) audio.currentTime = Math.max(0, wanted);
    if (this.playing && audio.paused && !audio.ended) void audio.play().catch(() => undefined);
  }

  private track(person: string): Track {
    let track = this.tracks.get(person);
    if (!track) {
      track = { audio: new Audio(), segment: null, ear: null };
      this.tracks.set(person, track);
    }
    if (this.context && !track.ear) {
      track.ear = this.context.createAnalyser();
      this.context.createMediaElementSource(track.audio).connect(track.ear).connect(this.context.destination);
    }
    return track;
  }

  /** The address of a segment's sound, which only this page can open. */
  private sound({ segment }: Segment): Promise<string> {
    let found = this.fetched.get(segment);
    if (!found) {
      found = this.fetch(segment);
      found.catch(() => this.fetched.delete(segment));
      this.fetched.set(segment, found);
      this.forget();
    }
    return found;
  }

  private async fetch(segment: string): Promise<string> {
    const response = await this.api.once(`/rooms/${this.room}/recordings/${segment}`, {});
    return URL.createObjectURL(await response.blob());
  }

  private forget(): void {
    const used = new Set([...this.tracks.values()].map((track) => track.segment?.segment));
    for (const [segment, url] of this.fetched) {
      if (this.fetched.size <= KEPT) return;
      if (used.has(segment)) continue;
      this.fetched.delete(segment);
      void url.then(URL.revokeObjectURL, () => undefined);
    }
  }
}
