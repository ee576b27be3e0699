/// The run in pieces: the scene that covers the time, and the next one fetched ahead.
import type { Scene } from "../scene/index.ts";
import type { GlobeOptions } from "./contract.ts";

/// The next piece is asked for when so much of this one has passed.
const FETCH_AT = 0.7;
const RETRY_MS = 3000;

export class Segments {
  private ahead: Scene | null = null;
  private asking = false;
  private retryAfter_ms = 0;

  constructor(
    public scene: Scene,
    private readonly more: GlobeOptions["more"],
    private readonly arrived: () => void,
  ) {}

  /// Whether another scene took over for this time.
  moveTo(t_s: number): boolean {
    if (!this.more) return false;
    if (!covers(this.scene, t_s) && this.ahead && covers(this.ahead, t_s)) {
      this.scene = this.ahead;
      this.ahead = null;
      return true;
    }
    const from_s = this.neededAfter(t_s);
    if (from_s !== null) void this.fetch(from_s);
    return false;
  }

  /// Where the piece should start that will be needed next; null: nothing is missing.
  private neededAfter(t_s: number): number | null {
    const { from_s, to_s, simulated_s } = this.scene;
    const span_s = to_s - from_s;
    if (!covers(this.scene, t_s)) return Math.max(0, Math.min(t_s, simulated_s) - 0.1 * span_s);
    const ending = t_s > from_s + FETCH_AT * span_s && to_s < simulated_s;
    return ending && !(this.ahead && covers(this.ahead, to_s)) ? to_s : null;
  }

  private async fetch(from_s: number): Promise<void> {
    if (this.asking || performance.now() < this.retryAfter_ms) return;
    this.asking = true;
    const span_s = this.scene.to_s - this.scene.from_s;
    try {
      this.ahead = await this.more!(from_s, Math.min(from_s + span_s, this.scene.simulated_s));
      this.arrived();
    } catch {
      // The server is gone or busy: what is there stays drawn.
      this.retryAfter_ms = performance.now() + RETRY_MS;
    } finally {
      this.asking = false;
    }
  }
}

function covers({ from_s, to_s }: Scene, t_s: number): boolean {
  return from_s <= t_s && t_s <= to_s;
}
