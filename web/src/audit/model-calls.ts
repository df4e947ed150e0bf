import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { words, type Api } from "../shared/api";
import { parts } from "../shared/sheets";
import { exactTime } from "../shared/time";
import type { ModelCall, ModelCost } from "../shared/types";

const PAGE = 100;

/** Every call to a model in this room, and what it came to. Reading it goes on record, so it is asked for. */
@customElement("ly-model-calls")
export class ModelCalls extends LitElement {
  static override styles = [
    parts,
    css`
      :host {
        display: grid;
        gap: 10px;
        padding: 14px 16px;
      }
      ol {
        display: grid;
        gap: 10px;
        max-height: 480px;
        overflow-y: auto;
      }
      li {
        padding-left: 10px;
        border-left: 3px solid var(--ly-calm);
      }
      .text {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      code {
        font: 12px/1.5 var(--ly-mono);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() room = "";
  @state() private calls: ModelCall[] | null = null;
  @state() private cost: ModelCost | null = null;
  @state() private more = false;
  @state() private trouble = "";

  private async load(): Promise<void> {
    try {
      const after = this.calls?.at(-1)?.position ?? 0;
      const query = new URLSearchParams({ room: this.room, after: String(after), limit: String(PAGE) });
      const lines = await (await this.api.once(`/audit/model-calls?${query}`, {})).text();
      const found = lines.split("\n").filter(Boolean).map((line) => JSON.parse(line) as ModelCall);
      this.calls = [...(this.calls ?? []), ...found];
      this.more = found.length === PAGE;
      this.cost = (await this.api.get<{ total: ModelCost }>("/audit/model-costs", { room: this.room })).total;
      this.trouble = "";
    } catch (error) {
      this.trouble = words(error);
    }
  }

  override render() {
    return html`<h2 id="calls">Calls to models</h2>
      ${this.trouble ? html`<p class="small" role="status">${this.trouble}</p>` : nothing}
      ${this.cost ? this.sum(this.cost) : nothing} ${this.calls ? this.list(this.calls) : nothing}
      ${this.calls && !this.more
        ? nothing
        : html`<p><button class="quiet" data-testid="model-calls-show" @click=${this.load}>${this.calls ? "Show more" : "Show them"}</button></p>`}`;
  }

  private sum({ calls, usd, unpriced, hours, usd_an_hour }: ModelCost) {
    const each = usd_an_hour === null ? "" : `, ${dollars(usd_an_hour)} an hour together (${hours.toFixed(2)} h)`;
    return html`<p class="small numbers" data-testid="model-costs">
      ${calls} ${calls === 1 ? "call" : "calls"}, ${dollars(usd)} at list price${each}.
      ${unpriced ? `Of ${unpriced} no price is known.` : ""}
    </p>`;
  }

  private list(calls: ModelCall[]) {
    if (!calls.length) return html`<p class="small muted">No model was ever asked here.</p>`;
    return html`<ol class="small" tabindex="0" aria-labelledby="calls" data-testid="model-calls">
      ${calls.map((call) => this.call(call))}
    </ol>`;
  }

  private call({ at, model, outcome, reason, tokens, took, usd, request, answer, said, hash }: ModelCall) {
    return html`<li>
      <p>
        <strong>${outcome}${reason ? ` (${reason})` : ""}</strong>
        <span class="muted numbers">${exactTime(at)} · ${model} · ${took} ms · ${usd === null ? "no price" : dollars(usd)}</span>
      </p>
      <p class="muted numbers">
        ${tokens.read} tokens read, ${tokens.from_cache} of them from the cache and ${tokens.into_cache} into it, ${tokens.written} written
      </p>
      <p class="text">Told: ${request || "not on record"}</p>
      <p class="text">Answered: ${answer || "nothing"}</p>
      <p class="text">Said: ${said ? `${said.text} (${said.source})` : "nothing"}</p>
      <code class="muted">${hash}</code>
    </li>`;
  }
}

function dollars(amount: number): string {
  return `$${amount.toFixed(6)}`;
}
