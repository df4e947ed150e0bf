/** What the service worker answers from what it keeps: the room's page and what that loads, and nothing else. */

export const PAGE = "/room";
/** Names of caches of any build. */
export const CACHES = "lyceum.room.";

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly mode: string;
}

/**
 * The page is fetched anew as long as the server can be reached; a file of the build never changes. What is
 * null goes to the server as if there were no worker: the API, feeds, whatever carries a token.
 */
export function kindOf(asked: Asked, origin: string, files: readonly string[]): "page" | "file" | null {
  const url = new URL(asked.url);
  if (asked.method !== "GET" || url.origin !== origin) return null;
  if (asked.mode === "navigate") return url.pathname === PAGE ? "page" : null;
  return files.includes(url.pathname) && !url.search ? "file" : null;
}

/** The caches of other builds, among these. */
export function outdated(caches: readonly string[], own: string): string[] {
  return caches.filter((name) => name.startsWith(CACHES) && name !== own);
}
