/** Who may see what: the id and token that a link carries. */

export interface Access {
  id: string;
  token: string;
}

/**
 * Takes id and token from the address. The token is kept for this tab only and leaves the address bar, so
 * that it is neither copied with the address nor kept in the history.
 */
export function takeAccess(page: string): Access {
  const url = new URL(location.href);
  const id = url.searchParams.get("id") ?? "";
  const place = `lyceum.token.${page}.${id}`;
  const given = url.searchParams.get("token");
  if (given !== null) {
    sessionStorage.setItem(place, given);
    url.searchParams.delete("token");
    history.replaceState(history.state, "", url);
  }
  return { id, token: given ?? sessionStorage.getItem(place) ?? "" };
}

interface Claims {
  org?: string;
  sub?: string;
}

/** What a token says of itself. For names of things kept here, no more. */
function claims(token: string): Claims {
  try {
    const encoded = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(encoded)) as Claims;
  } catch {
    return {};
  }
}

/** The organisation that a token is for; "main" if it says nothing. */
export function orgOf(token: string): string {
  return String(claims(token).org ?? "main");
}

/** Whose token it is; empty if it says nothing. */
export function personOf(token: string): string {
  return String(claims(token).sub ?? "");
}
