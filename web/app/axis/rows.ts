/// The lines of the chart: a heading a group, then its platforms, those people look for first.
import type { Group, Layer } from "../../scene/index.ts";

export interface Line {
  kind: "group" | "platform";
  group: string;
  /// The platform, or the group.
  name: string;
  layer: string;
  top: number;
  height: number;
}

export const HEADING_PX = 24;
export const ROW_PX = 20;
/// A group of more members is closed until it is asked for.
export const OPEN_MAX = 300;

const ORDER: Record<Layer, number> = { ground: 0, air: 1, near_space: 2, space: 3 };

/// Groups from the ground upwards, those that relay before those that only send.
export function inOrder(groups: readonly Group[]): Group[] {
  return [...groups].sort(
    (a, b) => ORDER[a.layer] - ORDER[b.layer] || Number(b.relay) - Number(a.relay) || a.count - b.count,
  );
}

/// `members` by group; groups of which `open` says no have a heading only, and one of a single
/// member has none. Rows are as high as `heightFor` wishes.
export function linesOf(
  groups: readonly Group[],
  members: ReadonlyMap<string, readonly string[]>,
  open: (group: Group) => boolean,
  heightFor: (platform: string, group: string) => number = () => ROW_PX,
  headFor: (group: Group) => number = () => HEADING_PX,
): Line[] {
  const lines: Line[] = [];
  let top = 0;
  const add = (line: Omit<Line, "top">) => {
    lines.push({ ...line, top });
    top += line.height;
  };
  for (const group of inOrder(groups)) {
    const { name, layer } = group;
    const all = members.get(name) ?? [];
    const alone = all.length === 1;
    if (!alone) add({ kind: "group", group: name, name, layer, height: headFor(group) });
    if (!alone && !open(group)) continue;
    for (const member of all) {
      add({ kind: "platform", group: name, name: member, layer, height: heightFor(member, name) });
    }
  }
  return lines;
}

export function heightOf(lines: readonly Line[]): number {
  const last = lines.at(-1);
  return last ? last.top + last.height : 0;
}

/// The lines that a scrolled window shows, as a range of indices.
export function visible(lines: readonly Line[], top: number, height: number): [number, number] {
  return [after(lines, top), Math.min(lines.length, after(lines, top + height) + 1)];
}

/// The last line that begins at or above `y`.
function after(lines: readonly Line[], y: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.top <= y) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

export function lineAt(lines: readonly Line[], y: number): Line | null {
  const line = lines[after(lines, y)];
  return line && line.top <= y && y < line.top + line.height ? line : null;
}
