/** Registers the widgets; loading this twice does no harm. */

import { LyceumLeaderboard } from "./leaderboard";
import { LyceumMastery } from "./mastery";
import { LyceumQuests } from "./quests";

const WIDGETS = {
  "lyceum-leaderboard": LyceumLeaderboard,
  "lyceum-mastery": LyceumMastery,
  "lyceum-quests": LyceumQuests,
};

for (const [name, widget] of Object.entries(WIDGETS)) {
  if (!customElements.get(name)) customElements.define(name, widget);
}
