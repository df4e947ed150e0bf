/** The service worker of the room's page: a page that is loaded again without a line is there all the same. */

import { CACHES, PAGE, kindOf, outdated } from "./policy";

/** What TypeScript's library for pages does not know. */
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** The files that the page loads, by their paths, and the name of this build: put in when it is built. */
declare const __FILES__: readonly string[];
declare const __BUILD__: string;

const FILES = __FILES__;
const CACHE = CACHES + __BUILD__;
/** A server that takes longer than this to send the page is as good as none. */
const PATIENCE_MS = 4000;

// A new build waits until every page of the old one is closed: those may still load what only that one kept.
addEventListener("install", (event) => (event as Extendable).waitUntil(install()));
addEventListener("activate", (event) => (event as Extendable).waitUntil(clear()));
addEventListener("fetch", (event) => {
  const { request } = event as Fetched;
  const kind = kindOf(request, location.origin, FILES);
  if (kind) (event as Fetched).respondWith(kind === "page" ? page(request) : file(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: "reload", credentials: "omit" })));
}

async function clear(): Promise<void> {
  for (const name of outdated(await caches.keys(), CACHE)) await caches.delete(name);
}

/** The address may hold a token, so only the page itself was kept, under its own name. */
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status < 500) return answer;
    return (await kept(PAGE)) ?? answer;
  } catch (error) {
    const found = await kept(PAGE);
    if (found) return found;
    throw error;
  }
}

async function file(request: Request): Promise<Response> {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request);
}

async function kept(path: string): Promise<Response | undefined> {
  return (await caches.open(CACHE)).match(path);
}
