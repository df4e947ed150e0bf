/** A person's colour: the same for everybody, legible under white text and against both themes. */

const PALETTE = [
  "#4465ea", "#cb337f", "#0c7c92", "#b05a0e", "#208141", "#914cdf", "#d53126", "#857007",
  "#1575ba", "#b936b9", "#0e8064", "#da1f4e",
];

export function colourOf(person: string): string {
  // FNV-1a: short ids that differ in a letter land far apart.
  let hash = 0x811c9dc5;
  for (const character of person) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return PALETTE[(hash >>> 4) % PALETTE.length]!;
}

/** At most two letters that stand for a name. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const ends = parts.length > 1 ? [parts[0]!, parts.at(-1)!] : parts;
  return ends.map((part) => [...part][0]!.toUpperCase()).join("") || "?";
}
