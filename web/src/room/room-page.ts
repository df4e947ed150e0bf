import { LitElement, css, html } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { takeAccess } from "../shared/access";
import { Api, isAway, words } from "../shared/api";
import { tell, type NoticeEvent } from "../shared/notice";
import { parts } from "../shared/sheets";
import type { Toasts } from "../shared/toasts";
import type { Explained, Me } from "../shared/types";
import type { ConsentEvent } from "./consents";
import type { RateEvent, WhyEvent } from "./facilitator-note";
import { expose } from "./expose";
import { forget, keep, recall } from "./kept";
import type { JoinEvent } from "./lobby";
import { RoomSession } from "./session";
import "./lobby";
import "./room-inside";

const INCOMPLETE = "This link is not complete. Please open the one that you were sent.";

/** The page: lobby, room, or why neither can be shown. */
@customElement("ly-room-page")
export class RoomPage extends LitElement {
  static override styles = [
    parts,
    css`
      .wide {
        min-height: 70dvh;
        display: grid;
        place-content: center;
        text-align: center;
        padding: 24px;
        gap: 14px;
        justify-items: center;
      }
    `,
  ];

  @state() private session: RoomSession | null = null;
  @state() private trouble = "";
  @state() private joining = false;
  @query("ly-toasts") private toasts!: Toasts;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("ly-notice", (event) => {
      const { text, tone } = (event as NoticeEvent).detail;
      this.toasts.show(text, tone);
    });
    addEventListener("beforeunload", this.holdBack);
    addEventListener("pagehide", () => {
      this.session?.voice.abandon();
      this.remember();
    });
    void this.arrive();
  }

  private async arrive(): Promise<void> {
    this.trouble = "";
    const { id, token } = takeAccess("room");
    try {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(id) || !token) throw new Error(INCOMPLETE);
      if (!navigator.onLine && this.resume(id, token)) return;
      const api = new Api("", token);
      const me = await api.get<Me>("/people/me");
      const session = new RoomSession(api, id, me, () => this.requestUpdate());
      expose(session);
      // Whoever may not look in from outside can still join.
      await session.refresh().catch((error: { status?: number }) => {
        if (error.status !== 403) throw error;
      });
      this.session = session;
    } catch (error) {
      if (!isAway(error) || !this.resume(id, token)) this.trouble = words(error);
    }
  }

  /** Goes on where this tab was, until there is a line; whether it was in the room. */
  private resume(id: string, token: string): boolean {
    const kept = recall(id, token);
    if (!kept) return false;
    const session = new RoomSession(new Api("", token), id, kept.me, () => this.requestUpdate());
    expose(session);
    this.session = session;
    session.resume(kept.view);
    return true;
  }

  /** What is shown without a line if the page is loaded again; nothing, once one is outside. */
  private remember(): void {
    const { session } = this;
    if (!session) return;
    if (session.inside && session.view) keep(session.room, { me: session.me, view: session.view });
    else forget(session.room);
  }

  private async join(withVoice: boolean): Promise<void> {
    this.joining = true;
    await tell(this, () => this.session!.join(withVoice));
    this.joining = false;
  }

  private async consented(event: ConsentEvent): Promise<void> {
    const session = this.session!;
    const { scope, agreed } = event.detail;
    const others = session.me.consents.filter((other) => other !== scope);
    session.me = { ...session.me, consents: agreed ? [...others, scope] : others };
    this.requestUpdate();
    if (scope === "voice") await session.voice.agree(agreed);
  }

  private async rated({ detail: { intervention, helped, done } }: RateEvent): Promise<void> {
    const session = this.session!;
    const { api, room } = session;
    const went = await tell(this, () => api.put(`/rooms/${room}/interventions/${intervention}/rating`, { helped }));
    done(went);
    const view = session.view;
    if (!went || !view) return;
    const rating = helped === "withdrawn" ? null : helped;
    const rated = view.interventions.map((one) => (one.intervention === intervention ? { ...one, rating } : one));
    session.view = { ...view, interventions: rated };
    this.requestUpdate();
  }

  private async explain({ detail: { intervention, done } }: WhyEvent): Promise<void> {
    const { api, room } = this.session!;
    let found: Explained | null = null;
    await tell(this, async () => {
      found = await api.get<Explained>(`/rooms/${room}/interventions/${intervention}`);
    });
    done(found);
  }

  /** Asks before the page goes away with words that are not in the log yet. */
  private readonly holdBack = (event: BeforeUnloadEvent) => {
    if (this.session?.board?.unsaved) event.preventDefault();
  };

  protected override updated(): void {
    const title = this.session?.view?.title;
    if (title) document.title = `${title} · Lyceum`;
  }

  override render() {
    return html`<div @consent=${this.consented} @rate=${this.rated} @why=${this.explain}>${this.content()}</div>
      <ly-toasts></ly-toasts>`;
  }

  private content() {
    if (this.trouble) {
      return html`<main class="wide">
        <h1>This did not work</h1>
        <p role="alert" data-testid="trouble">${this.trouble}</p>
        <button class="quiet" @click=${this.arrive}>Try again</button>
      </main>`;
    }
    const session = this.session;
    if (!session) return html`<main class="wide muted" aria-busy="true">Opening the room…</main>`;
    if (session.inside && session.view) return html`<ly-room-inside .session=${session}></ly-room-inside>`;
    return html`<ly-lobby
      .api=${session.api}
      .me=${session.me}
      .view=${session.view}
      notice=${session.notice}
      ?busy=${this.joining}
      @join=${(event: JoinEvent) => this.join(event.detail.voice)}
    ></ly-lobby>`;
  }
}
