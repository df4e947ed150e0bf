/** The one way to the server: JSON in, JSON out, problems as errors. */

import { serverClock } from "./server-clock";

/** What the server refused, in words that a person can read (RFC 9457). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** The stable code, for example `room-is-full`. */
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

type Query = Record<string, string | number | undefined>;

const UNREACHABLE = "The server cannot be reached right now. Please try again in a moment.";
const PAUSES = [400, 1500];

export class Api {
  constructor(
    readonly base: string,
    readonly token: string,
  ) {}

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.json<T>(this.address(path, query), signal ? { signal } : {});
  }

  /** Every command carries its own id or states a wish, so that sending it twice is harmless. */
  post<T = { position: number }>(path: string, body: object = {}): Promise<T> {
    const headers = { "Content-Type": "application/json" };
    return this.json<T>(this.address(path), { method: "POST", body: JSON.stringify(body), headers });
  }

  put<T = { position: number }>(path: string, body?: object): Promise<T> {
    if (!body) return this.json<T>(this.address(path), { method: "PUT" });
    const headers = { "Content-Type": "application/json" };
    return this.json<T>(this.address(path), { method: "PUT", body: JSON.stringify(body), headers });
  }

  delete<T = unknown>(path: string): Promise<T> {
    return this.json<T>(this.address(path), { method: "DELETE" });
  }

  /** One request without retries, for bodies that are not JSON. */
  async once(path: string, init: RequestInit): Promise<Response> {
    const response = await this.send(this.address(path), init);
    if (!response.ok) throw await refusal(response);
    return response;
  }

  /** An address for what cannot carry headers: event streams. */
  stream(path: string, query: Query = {}): string {
    return this.address(path, { ...query, token: this.token });
  }

  /** The same origin for WebSockets. */
  socket(path: string): string {
    const url = new URL(this.base + path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  private address(path: string, query: Query = {}): string {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
    return this.base + path + (search ? `?${search}` : "");
  }

  private async json<T>(url: string, init: RequestInit): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await this.send(url, init);
        if (response.ok) return (await parsed(response)) as T;
        throw await refusal(response);
      } catch (error) {
        const pause = PAUSES[attempt];
        if (pause === undefined || !passing(error)) throw error;
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
  }

  private async send(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${this.token}`);
    const sent = Date.now();
    try {
      const response = await fetch(url, { ...init, headers });
      serverClock.heard(response.headers.get("Date"), sent, Date.now());
      return response;
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new Refusal(0, "unreachable", UNREACHABLE);
    }
  }
}

/** Whether the server could not be reached. */
export function isAway(error: unknown): boolean {
  return passing(error);
}

function passing(error: unknown): boolean {
  return error instanceof Refusal && [0, 502, 503].includes(error.status);
}

async function parsed(response: Response): Promise<unknown> {
  const text = await response.text();
  return text ? JSON.parse(text) : {};
}

async function refusal(response: Response): Promise<Refusal> {
  let body: { type?: string; title?: string; detail?: string } = {};
  try {
    body = (await response.json()) as typeof body;
  } catch {
    // A proxy's error page, say: the status has to do.
  }
  const detail = body.detail ?? body.title ?? `The server answered ${response.status}.`;
  return new Refusal(response.status, (body.type ?? "").split("/").at(-1) ?? "", String(detail));
}

/** Words for whatever was thrown. */
export function words(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  return "Something went wrong.";
}
