/** A person's colour: the same for everybody, legible under white text and against both themes. */

const PALETTE = [
  "#4465ea", "#cb337f", "#0c7c92", "#b05a0e", "#208141", "#914cdf", "#d53126", "#857007",
  "#1575ba", "#b936b9", "#0e8064", "#da1f4e",
];

export function colourOf(person: string): string {
  let hash = 0;
  for (const character of person) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return PALETTE[hash % PALETTE.length]!;
}

/** At most two letters that stand for a name. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const ends = parts.length > 1 ? [parts[0]!, parts.at(-1)!] : parts;
  return ends.map((part) => [...part][0]!.toUpperCase()).join("") || "?";
}
