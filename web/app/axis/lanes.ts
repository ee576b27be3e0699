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

/// How many bars of each rule are in force between one change and the next: `counts` by rule holds
/// from its `from_s` to that of the step after it.
export interface Step {
  from_s: number;
  counts: number[];
}

export function profile(bars: readonly Bar[], rules: readonly string[]): Step[] {
  const changes = bars.flatMap(([start, end, rule]) => {
    const place = rule === null ? -1 : rules.indexOf(rule);
    return place < 0 ? [] : [{ t_s: start, place, by: 1 }, { t_s: end, place, by: -1 }];
  });
  changes.sort((a, b) => a.t_s - b.t_s);
  const counts = rules.map(() => 0);
  const steps: Step[] = [];
  for (const { t_s, place, by } of changes) {
    counts[place]! += by;
    const last = steps.at(-1);
    if (last?.from_s === t_s) last.counts = [...counts];
    else steps.push({ from_s: t_s, counts: [...counts] });
  }
  return steps;
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
