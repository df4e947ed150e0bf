/** What events are called on the page. */

const NAMES: Record<string, string> = {
  "room.opened": "Room opened",
  "room.joined": "Joined",
  "room.left": "Left",
  "room.closed": "Room closed",
  "room.message-sent": "Wrote a message",
  "room.timer-set": "Set the timer",
  "room.problem-posed": "Posed a problem",
  "board.edited": "Board edited",
  "turn.taken": "Spoke",
  "turn.transcribed": "Speech written down",
  "room.transcripts-set": "Transcripts turned on or off",
  "room.facilitator-voice-set": "Facilitator's voice turned on or off",
  "recording.started": "Recording began",
  "recording.stopped": "Recording ended",
  "recording.segment-kept": "Was recorded",
  "recording.segment-removed": "Recording removed",
  "floor.mode-set": "Stage or everybody",
  "floor.hand-raised": "Raised a hand",
  "floor.hand-lowered": "Hand lowered",
  "floor.given": "Was given the floor",
  "floor.taken": "Floor taken back",
  "floor.muted": "Was muted",
  "floor.unmuted": "Was unmuted",
  "floor.showing-allowed": "May show camera or screen",
  "floor.showing-ended": "May show no longer",
  "answer.given": "Answered",
  "hint.taken": "Took a hint",
  "intervention.decided": "Facilitator decided to speak",
  "intervention.model-asked": "Model was asked",
  "intervention.model-answered": "Model answered",
  "intervention.delivered": "Facilitator spoke",
};

export function eventName(type: string): string {
  return NAMES[type.replace(/\.v\d+$/, "")] ?? type;
}
