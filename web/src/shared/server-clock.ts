/** What time it is at the server, so that everybody's timer shows the same second whatever their own clocks say. */

export class ServerClock {
  /** The difference to the own clock is within these bounds, in milliseconds. */
  private least = -Infinity;
  private most = Infinity;

  /**
   * An answer bore this date, which is cut to the second: it was written somewhere between `sent` and
   * `received` by the own clock. Each answer narrows the bounds, to about the time that a request takes.
   */
  heard(date: string | null, sent: number, received: number): void {
    const second = Date.parse(date ?? "");
    if (Number.isNaN(second)) return;
    const [least, most] = [second - received, second + 1000 - sent];
    const [above, below] = [Math.max(this.least, least), Math.min(this.most, most)];
    // No place between them: one of the clocks was set anew.
    [this.least, this.most] = above <= below ? [above, below] : [least, most];
  }

  /** Milliseconds since the epoch, at the server. */
  now(own: number = Date.now()): number {
    return Number.isFinite(this.least) ? own + Math.round((this.least + this.most) / 2) : own;
  }
}

/** The clock of the server that this page comes from. */
export const serverClock = new ServerClock();
