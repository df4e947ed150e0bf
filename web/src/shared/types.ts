/** The shapes of the HTTP API, as the server answers them. */

export type Scope = "voice" | "text-to-model" | "recording" | "transcript" | "leaderboard";

export interface Me {
  person: string;
  name: string;
  role?: string;
  roles: string[];
  consents: Scope[];
  /** Whether the facilitator may call on them. */
  called: boolean;
}

export interface Member {
  person: string;
  name: string;
  role?: string;
}

export interface Problem {
  problem: string;
  skill: string;
  prompt: string;
  choices: string[];
  /** How many hints there are. */
  hints: number;
}

export type Phase = "work" | "break" | "off";

export interface Timer {
  phase: Phase;
  /** RFC 3339. */
  ends: string;
}

export interface Message {
  position: number;
  at: string;
  person: string;
  text: string;
  name?: string;
  /** The place on the board that it belongs to, if any. */
  anchor?: string | null;
}

/** What a line of the scratchpad comes to. */
export interface LineResult {
  kind: "nothing" | "value" | "defined" | "right" | "wrong" | "open" | "error";
  text: string;
  about: string;
}

export type Helped = "yes" | "no" | "withdrawn";

export interface Intervention extends Message {
  intervention: string;
  why: string;
  source: string;
  /** What one answered oneself to "Did this help?". */
  rating?: Helped | null;
}

/** Why the facilitator said something, and all that was used to come to it. */
export interface Explained {
  intervention: string;
  pattern: string;
  move: string;
  rule: string;
  evidence: string;
  used: string[];
  policy: string;
  source: string;
  approved: boolean;
  model: { model: string; told: string; outcome: string } | null;
}

export interface DynamicsPart {
  person: string;
  name: string;
  talk_ms: number;
  share: number;
  turns: number;
  messages: number;
  edits: number;
  hints: number;
  stuck: number;
}

export interface DynamicsWindow {
  length: number;
  talked_ms: number;
  overlap_ms: number;
  silent_ms: number;
  turns: number;
  evenness: Record<"talk" | "messages" | "edits", number | null>;
  people: DynamicsPart[];
}

/** How a room works together, for tutors; people stand in the order in which they came. */
export interface Dynamics {
  room: string;
  position: number;
  at: string;
  mode: string;
  policy: string;
  windows: DynamicsWindow[];
  decisions: {
    intervention: string;
    at: string;
    person: string;
    name: string;
    pattern: string;
    evidence: string;
    fate: string;
    result: string | null;
    helped: number;
    helped_not: number;
  }[];
  notices: { person: string; name: string; pattern: string; evidence: string; held_back: string | null }[];
}

/** A call to a model, as auditors see it. */
export interface ModelCall {
  position: number;
  at: string;
  room: string;
  model: string;
  hash: string;
  request: string;
  answer: string;
  outcome: string;
  reason: string;
  tokens: { read: number; written: number; from_cache: number; into_cache: number };
  took: number;
  usd: number | null;
  said: { text: string; source: string } | null;
}

export interface ModelCost {
  calls: number;
  usd: number;
  unpriced: number;
  hours: number;
  usd_an_hour: number | null;
}

export type HelpKind = "hint" | "picture" | "comparison";

/** A request for help, and what each helper answered so far. */
export interface Help {
  help: string;
  position: number;
  at: string;
  person: string;
  problem: string | null;
  kinds: HelpKind[];
  work: string;
  given: Partial<Record<HelpKind, { position: number; text: string; source: string; shapes: string[] }>>;
}

/** A problem that a room worked on. */
export interface Work {
  problem: string;
  skill: string;
  prompt: string;
  solved: boolean;
}

/** What is left of a closed room; `reviews` has the parts that one may see. */
export interface Summary {
  room: string;
  title: string;
  text: string;
  worked_on: Work[];
  open: Work[];
  reviews: { person: string; text: string; problems: Work[] }[];
}

/** Who may speak and show in a room, and who wants to: persons in the order in which it came to be. */
export interface Floor {
  mode: "open" | "stage";
  hands: string[];
  speakers: string[];
  muted: string[];
  showing: string[];
}

/** How the facilitator is guided; of ten thousand it leaves `hold_out` unsaid by lot. */
export interface Guided {
  policy: string | null;
  hold_out: number;
  mode: "on" | "approve" | "muted";
  tuned: number;
  reading: boolean;
}

export interface RoomView {
  room: string;
  title: string;
  host: string;
  capacity: number;
  closed: boolean;
  members: Member[];
  problem: Problem | null;
  timer: Timer | null;
  /** Whether the sound of those who agreed to it is being kept. */
  recording: boolean;
  floor: Floor;
  facilitator: Guided;
  messages: Message[];
  interventions: Intervention[];
  /** One's own requests for help; those who teach see everybody's. */
  helps: Help[];
  position: number;
}

/** One fact of the room's feed. */
export interface Fact {
  position: number;
  at: string;
  actor: string;
  event: { type: string } & Record<string, unknown>;
}

export type What = "voice" | "camera" | "screen";

/** A line of one's voice connection, and what of whom it brings. */
export interface Slot {
  mid: string;
  person: string | null;
  what?: What;
}

export interface AnswerResult {
  position: number;
  correct: boolean;
  xp: number;
}

export interface Hint {
  position: number;
  level: number;
  hint: string;
}

/** How likely an answer is to be right, 0 to 1, and what speaks for it and against it, in logits. */
export interface Prediction {
  probability: number;
  low: number;
  high: number;
  why: string;
  base: number;
  reasons: { words: string; logits: number }[];
  item: string | null;
}

export interface Skill {
  skill: string;
  /** Probability that the skill is known, 0 to 1, with its interval; null before so many answers more. */
  known: number | null;
  low: number | null;
  high: number | null;
  needed: number;
  level: "attempted" | "familiar" | "proficient" | "mastered";
  answers: number;
  right: number;
  next: Prediction;
}

export interface Mastery {
  person: string;
  skills: Skill[];
}

export interface Quest {
  quest: string;
  title: string;
  goal: number;
  done: number;
  met: boolean;
  claimed: boolean;
  xp: number;
}

export interface Quests {
  person: string;
  day: string;
  xp: number;
  level: number;
  streak: number;
  quests: Quest[];
}

export interface Entry {
  rank: number;
  person: string;
  name: string;
  points: number;
}

export interface Leaderboard {
  board: string;
  season: string;
  total: number;
  entries: Entry[];
}

export interface Spoke extends Member {
  talk_ms: number;
  turns: number;
}

/** Whose a text is, from `start` to `end` in UTF-16 code units; of those who were erased, with no id. */
export interface Span {
  start: number;
  end: number;
  person: string;
}

export interface AuthoredText {
  text: string;
  spans: Span[];
}

export interface Moment {
  room: string;
  title: string;
  /** The last thing that had happened in the room. */
  position: number;
  time: string | null;
  first: number;
  last: number;
  board: AuthoredText & { others: (AuthoredText & { part: string })[] };
  authors: { person: string; name: string; characters: number }[];
  members: Member[];
  spoke: Spoke[];
  speaking: string[];
  messages: Message[];
  facilitator: (Message & { why: string; source: string })[];
  transcripts: (Message & { started: number; ended: number })[];
}

export interface TimelineEntry {
  position: number;
  at: string | null;
  type: string;
  person: string | null;
}
