/// Room for the names beside the chart: as much as the longest needs while the chart keeps the
/// greater part; longer names take more lines, and none is cut.
import { rule, type Ruler } from "../words/ruler.ts";

/// What stands beside a name in its row: indent, mark and gaps.
const PAD_PX = 46;
export const NARROW_PX = 720;
const NARROW_PAD_PX = 26;
/// What breaking between two letters leaves free at the end of a line.
const BREAK_PX = 12;

/// Of widths in px of what the names take; `room_px` is that of names and chart together.
export function gutterFor(widest_px: number, room_px: number): number {
  const least_px = room_px <= NARROW_PX ? 96 : 176;
  const most_px = (room_px <= NARROW_PX ? 0.46 : 0.36) * room_px;
  return Math.ceil(Math.min(most_px, Math.max(least_px, widest_px + padOf(room_px))));
}

export function padOf(room_px: number): number {
  return room_px <= NARROW_PX ? NARROW_PAD_PX : PAD_PX;
}

/// Lines that a name takes beside the chart.
export function linesFor(name_px: number, gutter_px: number, room_px: number): number {
  const line_px = Math.max(BREAK_PX, gutter_px - padOf(room_px));
  return name_px <= line_px ? 1 : Math.ceil(name_px / Math.max(1, line_px - BREAK_PX));
}

const known = new Map<string, number>();
const KNOWN_MAX = 50_000;

/// How wide a name is in its row; remembered, since rows are laid out again and again.
export function widthOf(text: string, heads = false, ruler: Ruler = rule): number {
  const key = `${heads ? "!" : ""}${text}`;
  let width = known.get(key);
  if (width === undefined) {
    width = ruler(text, heads ? "head" : "words");
    if (known.size > KNOWN_MAX) known.clear();
    known.set(key, width);
  }
  return width;
}

/// Widths that were taken in other letters are no longer right.
export function forget(): void {
  known.clear();
}
