/** Registers the widgets; loading this twice does no harm. */

import { LyceumLeaderboard } from "./leaderboard";
import { LyceumQuests } from "./quests";

const WIDGETS = { "lyceum-leaderboard": LyceumLeaderboard, "lyceum-quests": LyceumQuests };

for (const [name, widget] of Object.entries(WIDGETS)) {
  if (!customElements.get(name)) customElements.define(name, widget);
}
