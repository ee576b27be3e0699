/// Names beside marks, as elements over the canvas: at most sixty, none upon another.
import type { Scene } from "../../scene/index.ts";
import type { Visible } from "../contract.ts";
import type { Vector } from "../motion/ephemeris.ts";
import type { View } from "./camera.ts";

const LABELS_MAX = 60;
/// Which names are shown is settled again after so many frames; their places are kept every frame.
const SETTLE_FRAMES = 15;
const LINE_PX = 16;
const LETTER_PX = 6.6;
const COLUMN_PX = 40;

/// Greater groups are not named one by one: their names would be noise.
const NAMED_GROUP_MAX = 100;
const NAMED_SHELL_MAX = 24;

/// Platforms whose names are worth showing, those of small groups first.
export function labelOrder({ groups, platforms }: Scene, visible: Visible): number[] {
  const rank = groups.map(({ layer, count }) => {
    const most = layer === "space" ? NAMED_SHELL_MAX : NAMED_GROUP_MAX;
    return visible.layers[layer] === false || count > most ? Infinity : count;
  });
  const rankOf = (platform: number) => rank[platforms.group[platform]!]!;
  return [...platforms.group.keys()]
    .filter((platform) => rankOf(platform) < Infinity)
    .sort((a, b) => rankOf(a) - rankOf(b) || a - b);
}

export class Labels {
  readonly element = document.createElement("div");
  private readonly free: HTMLElement[] = [];
  private readonly shown = new Map<number, HTMLElement>();
  private age = SETTLE_FRAMES;

  constructor(private readonly nameOf: (platform: number) => string) {
    this.element.setAttribute("aria-hidden", "true");
    this.element.style.cssText =
      "position:absolute;inset:0;overflow:hidden;pointer-events:none;" +
      "font:11px/16px Inter,system-ui,sans-serif;color:#b9cbe0;";
  }

  /// Settle again with the next frame.
  invalidate(): void {
    this.age = SETTLE_FRAMES;
  }

  /// `wanted`: platforms by rank; the first `chosen` of them belong to the selection.
  update(wanted: number[], chosen: number, view: View, placeOf: (p: number) => Vector | null): void {
    this.age += 1;
    if (this.age > SETTLE_FRAMES) {
      this.age = 0;
      this.settle(wanted, chosen, view, placeOf);
    }
    for (const [platform, element] of this.shown) {
      const place = placeOf(platform);
      const at = place && view.onScreen(place);
      element.style.transform = at
        ? `translate(${at.x.toFixed(1)}px,${at.y.toFixed(1)}px)`
        : "translate(-999px,0)";
    }
  }

  clear(): void {
    for (const platform of [...this.shown.keys()]) this.release(platform);
  }

  private settle(wanted: number[], chosen: number, view: View, placeOf: (p: number) => Vector | null) {
    const taken = new Set<string>();
    const keep = new Map<number, boolean>();
    for (const [rank, platform] of wanted.entries()) {
      if (keep.size === LABELS_MAX) break;
      const place = placeOf(platform);
      const at = place && view.onScreen(place);
      if (at && this.claim(taken, at, this.nameOf(platform))) keep.set(platform, rank < chosen);
    }
    for (const platform of [...this.shown.keys()]) if (!keep.has(platform)) this.release(platform);
    for (const [platform, isChosen] of keep) {
      const element = this.shown.get(platform) ?? this.take(platform);
      element.dataset["chosen"] = String(isChosen);
      element.style.color = isChosen ? "#ff8fbd" : "";
    }
  }

  /// Take the cells of the screen that a name covers, unless one of them is taken.
  private claim(taken: Set<string>, at: { x: number; y: number }, name: string): boolean {
    const cells: string[] = [];
    const last = Math.floor((at.x + 10 + LETTER_PX * name.length) / COLUMN_PX);
    for (const edge of [at.y - LINE_PX / 2 + 1, at.y + LINE_PX / 2 - 1]) {
      const row = Math.floor(edge / LINE_PX);
      for (let column = Math.floor(at.x / COLUMN_PX); column <= last; column += 1) cells.push(`${column},${row}`);
    }
    if (cells.some((cell) => taken.has(cell))) return false;
    cells.forEach((cell) => taken.add(cell));
    return true;
  }

  private take(platform: number): HTMLElement {
    let element = this.free.pop();
    if (!element) {
      element = document.createElement("span");
      element.style.cssText =
        "position:absolute;left:9px;top:-8px;white-space:nowrap;will-change:transform;" +
        "text-shadow:0 0 3px #060b13,0 0 2px #060b13;";
      this.element.append(element);
    }
    element.textContent = this.nameOf(platform);
    element.hidden = false;
    this.shown.set(platform, element);
    return element;
  }

  private release(platform: number): void {
    const element = this.shown.get(platform);
    if (!element) return;
    element.hidden = true;
    this.shown.delete(platform);
    this.free.push(element);
  }
}
