/// Contacts that overlap in a row are stacked, as few as possible above one another.
import type { Bar } from "../state/api.ts";

export interface Lanes {
  /// Of each bar, from 0.
  lane: number[];
  count: number;
}

/// Bars come by their start; each goes to the first lane that is free again.
export function stacked(bars: readonly Bar[]): Lanes {
  const freeAt: number[] = [];
  const lane = bars.map(([start, end]) => {
    let k = freeAt.findIndex((until) => until <= start);
    if (k < 0) k = freeAt.push(0) - 1;
    freeAt[k] = end;
    return k;
  });
  return { lane, count: Math.max(1, freeAt.length) };
}

/// The bars of a sorted row that a window may show: from the first that can reach into it.
export function inWindow(bars: readonly Bar[], longest_s: number, from_s: number, to_s: number): [number, number] {
  return [firstFrom(bars, from_s - longest_s), firstFrom(bars, to_s)];
}

function firstFrom(bars: readonly Bar[], t_s: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle]![0] < t_s) low = middle + 1;
    else high = middle;
  }
  return low;
}
