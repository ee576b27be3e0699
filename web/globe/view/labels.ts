/// Names beside marks, as elements over the canvas: at most sixty, none upon another.
import type { Scene } from "../../scene/index.ts";
import type { Visible } from "../contract.ts";
import type { Vector } from "../motion/ephemeris.ts";
import type { View } from "./camera.ts";

const LABELS_MAX = 60;
/// Which names are shown is settled again after so many frames; their places are kept every frame.
const SETTLE_FRAMES = 15;
const LINE_PX = 13;
const LETTER_PX = 6.2;

interface Room {
  left: number;
  right: number;
  y: number;
}

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

/// Where a name stands: right of its mark, or left of it where the edge at `width` would cut it.
export function roomOf(at: { x: number; y: number }, name: string, width: number): Room {
  const long = 12 + LETTER_PX * name.length;
  const turned = at.x + long > width && at.x >= long;
  return turned ? { left: at.x - long, right: at.x, y: at.y } : { left: at.x, right: at.x + long, y: at.y };
}

/// Take the room that a name needs, unless another name has some of it.
function claim(taken: Room[], room: Room): boolean {
  const meets = (other: Room) =>
    Math.abs(other.y - room.y) < LINE_PX && other.left < room.right && room.left < other.right;
  if (taken.some(meets)) return false;
  taken.push(room);
  return true;
}

export class Labels {
  readonly element = document.createElement("div");
  private readonly free: HTMLElement[] = [];
  private readonly shown = new Map<number, HTMLElement>();
  /// Whose names stand to the left, since the edge would cut them.
  private turned: ReadonlySet<number> = new Set();
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
  update(
    wanted: number[],
    chosen: number,
    view: View,
    placeOf: (p: number) => Vector | null,
    strengthOf: (p: number) => number,
  ): void {
    this.age += 1;
    if (this.age > SETTLE_FRAMES) {
      this.age = 0;
      this.settle(wanted, chosen, view, placeOf);
    }
    for (const [platform, element] of this.shown) {
      const place = placeOf(platform);
      const at = place && view.onScreen(place);
      const left = this.turned.has(platform) ? " translate(calc(-100% - 18px),0)" : "";
      element.style.transform = at
        ? `translate(${at.x.toFixed(1)}px,${at.y.toFixed(1)}px)${left}`
        : "translate(-999px,0)";
      element.style.opacity = at ? strengthOf(platform).toFixed(2) : "";
    }
  }

  private settle(wanted: number[], chosen: number, view: View, placeOf: (p: number) => Vector | null) {
    const taken: Room[] = [];
    const keep = new Map<number, boolean>();
    const turned = new Set<number>();
    const width = this.element.clientWidth;
    for (const [rank, platform] of wanted.entries()) {
      if (keep.size === LABELS_MAX) break;
      const place = placeOf(platform);
      const at = place && view.onScreen(place);
      const room = at && roomOf(at, this.nameOf(platform), width);
      if (!room || !claim(taken, room)) continue;
      keep.set(platform, rank < chosen);
      if (room.left < at.x) turned.add(platform);
    }
    this.turned = turned;
    for (const platform of [...this.shown.keys()]) if (!keep.has(platform)) this.release(platform);
    for (const [platform, isChosen] of keep) {
      const element = this.shown.get(platform) ?? this.take(platform);
      element.style.color = isChosen ? "#ff8fbd" : "";
    }
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
