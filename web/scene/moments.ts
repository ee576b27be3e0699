/// What a scene says of one moment.
import type { Scene } from "./scene.ts";

/// The last index whose time is not after `t`; -1 before the first.
export function lastNotAfter(time: ArrayLike<number>, t: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/// The unit vector towards the Sun, ITRS; null where the scene has none.
export function sunAt({ sunAt: table }: Scene, t_s: number): [number, number, number] | null {
  const count = table.length / 4;
  if (count === 0) return null;
  const time = Float32Array.from({ length: count }, (_, k) => table[4 * k]!);
  const a = Math.min(Math.max(0, lastNotAfter(time, t_s)), Math.max(0, count - 2));
  const b = Math.min(a + 1, count - 1);
  const share = b === a ? 0 : Math.min(1, Math.max(0, (t_s - time[a]!) / (time[b]! - time[a]!)));
  const [x, y, z] = [1, 2, 3].map((i) => table[4 * a + i]! * (1 - share) + table[4 * b + i]! * share);
  const length = Math.hypot(x!, y!, z!);
  return [x! / length, y! / length, z! / length];
}

/// The rows of the beams in use at a time; none before the first snapshot.
export function beamsAt({ beams: { time, first } }: Scene, t_s: number): { first: number; after: number } {
  const snapshot = lastNotAfter(time, t_s);
  return snapshot < 0 ? { first: 0, after: 0 } : { first: first[snapshot]!, after: first[snapshot + 1]! };
}

/// What part of a platform's battery is full, straight between rows; null where nothing is told of it.
export function chargeAt({ charges }: Scene, platform: number, t_s: number): number | null {
  const k = lastNotAfter(charges.platform, platform);
  if (k < 0 || charges.platform[k] !== platform) return null;
  const [begin, end] = [charges.first[k]!, charges.first[k + 1]!];
  const time = charges.time.subarray(begin, end);
  const a = Math.max(0, lastNotAfter(time, t_s));
  const b = Math.min(a + 1, time.length - 1);
  const part = b === a ? 0 : Math.min(1, Math.max(0, (t_s - time[a]!) / (time[b]! - time[a]!)));
  return charges.share[begin + a]! * (1 - part) + charges.share[begin + b]! * part;
}

/// Whether an airship is off its station at a time.
export function offStationAt({ drifts: { platform, start, end } }: Scene, who: number, t_s: number): boolean {
  return platform.some((each, k) => each === who && start[k]! <= t_s && t_s < end[k]!);
}

/// The nodes of the path in force between a pair, in either direction; null: none was kept, or the
/// pair could not reach one another at the last step of its route.
export function pathAt(scene: Scene, source: number, target: number, t_s: number): number[] | null {
  const { time, first, node, source: from, target: to } = scene.paths;
  const step_s = Math.max(0, ...scene.routes.map((route) => route.step_s));
  for (let row = lastNotAfter(time, t_s); row >= 0 && time[row]! > t_s - step_s; row -= 1) {
    const forward = from[row] === source && to[row] === target;
    if (!forward && !(from[row] === target && to[row] === source)) continue;
    const nodes = [...node.subarray(first[row]!, first[row + 1]!)].filter((each) => each >= 0);
    if (nodes.length < 2) return null;
    return forward ? nodes : nodes.reverse();
  }
  return null;
}
