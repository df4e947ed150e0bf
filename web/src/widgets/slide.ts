/** Rows that glide to their new place, so that an overtaking can be seen. */

const STILL = "(prefers-reduced-motion: reduce)";

/** Moves each row from where it was; returns where the rows are now, for the next time. */
export function slide(rows: Iterable<HTMLElement>, before: ReadonlyMap<string, number>): Map<string, number> {
  const now = new Map<string, number>();
  const still = matchMedia(STILL).matches;
  for (const row of rows) {
    const key = row.dataset["person"]!;
    now.set(key, row.offsetTop);
    const moved = (before.get(key) ?? row.offsetTop) - row.offsetTop;
    if (moved !== 0 && !still) {
      row.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], { duration: 450, easing: "ease-out" });
    }
  }
  return now;
}
