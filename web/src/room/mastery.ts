import { customElement } from "lit/decorators.js";

import { LyceumMastery } from "../widgets/mastery";

export { skillName } from "../widgets/mastery";

/** How well the learner probably knows each skill, in the room. */
@customElement("ly-mastery")
export class MasteryBars extends LyceumMastery {}
