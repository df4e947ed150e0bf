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
