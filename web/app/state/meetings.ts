/// Who is in contact with whom at a moment, from the scene.
import { lastNotAfter, type Scene } from "../../scene/index.ts";

export interface Meeting {
  rule: number;
  source: number;
  target: number;
  start_s: number;
  end_s: number;
}

/// Contacts in force that `wanted` lets through.
export function meetingsAt(
  { contacts }: Scene,
  t_s: number,
  wanted: (source: number, target: number) => boolean = () => true,
): Meeting[] {
  const { start, end, source, target } = contacts;
  const found: Meeting[] = [];
  for (let k = 0; k < start.length; k += 1) {
    if (start[k]! <= t_s && t_s < end[k]! && wanted(source[k]!, target[k]!)) found.push(meeting(contacts, k));
  }
  return found;
}

/// The first contact to begin after a moment of those that `wanted` lets through.
export function nextMeeting(
  { contacts }: Scene,
  t_s: number,
  wanted: (source: number, target: number) => boolean,
): Meeting | null {
  const { start, source, target } = contacts;
  let best = -1;
  for (let k = 0; k < start.length; k += 1) {
    if (start[k]! <= t_s || (best >= 0 && start[k]! >= start[best]!)) continue;
    if (wanted(source[k]!, target[k]!)) best = k;
  }
  return best < 0 ? null : meeting(contacts, best);
}

function meeting({ rule, source, target, start, end }: Scene["contacts"], k: number): Meeting {
  return { rule: rule[k]!, source: source[k]!, target: target[k]!, start_s: start[k]!, end_s: end[k]! };
}

export interface Series {
  time: number[];
  value: number[];
}

/// How many contacts are in force, at `count` moments of the scene.
export function inForce({ contacts, from_s, to_s }: Scene, count: number): Series {
  const step_s = (to_s - from_s) / count;
  const change = new Int32Array(count + 1);
  const place = (t_s: number) => Math.min(count, Math.max(0, Math.ceil((t_s - from_s) / step_s)));
  contacts.start.forEach((start_s, k) => {
    change[place(start_s)]! += 1;
    // One that lasts to the end of the scene has not ended within it.
    if (contacts.end[k]! < to_s) change[place(contacts.end[k]!)]! -= 1;
  });
  let sum = 0;
  const value = Array.from(change, (step) => (sum += step));
  return { time: value.map((_, k) => from_s + k * step_s), value };
}

/// The value that holds at a moment; null before the first.
export function valueAt({ time, value }: Series, t_s: number): number | null {
  const at = lastNotAfter(time, t_s);
  return at < 0 ? null : value[at]!;
}
