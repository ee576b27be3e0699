/// What happens around a moment: contacts that begin and end, and the chosen pair's route as it changes.
import type { Scene } from "../../scene/index.ts";
import { lasting } from "../words/time.ts";
import { isPart, type Subject } from "./subject.ts";

export interface Happening {
  time_s: number;
  /// What happens: a contact begins or ends, the route is a new one, something is out of order or in
  /// order again, or many things report at once.
  kind: "begins" | "ends" | "new route" | "fails" | "repaired" | "burst";
  words: string;
  /// Whom it concerns; null: many.
  subject: Subject | null;
}

const FIRST_REACH_S = 15;

/// So many before a moment and so many after it, by time; of what is selected, if anything is. What the run
/// cuts off at its ends is no event.
export function eventsNear(scene: Scene, t_s: number, subject: Subject | null, many: number): Happening[] {
  const span_s = scene.to_s - scene.from_s;
  for (let reach_s = FIRST_REACH_S; ; reach_s *= 4) {
    const found = within(scene, t_s - reach_s, t_s + reach_s, subject).sort((a, b) => a.time_s - b.time_s);
    const now = found.findIndex(({ time_s }) => time_s > t_s);
    const after = now < 0 ? found.length : now;
    const enough = after >= many && found.length - after >= many;
    if (enough || reach_s >= span_s) return found.slice(Math.max(0, after - many), after + many);
  }
}

function within(scene: Scene, from_s: number, to_s: number, subject: Subject | null): Happening[] {
  return subject?.kind === "path" ? routes(scene, from_s, to_s, subject) : contacts(scene, from_s, to_s, subject);
}

function contacts(scene: Scene, from_s: number, to_s: number, subject: Subject | null): Happening[] {
  const { source, target, start, end } = scene.contacts;
  const { name } = scene.platforms;
  const part = subject && name.map((each) => isPart(subject, each));
  const both = subject?.kind === "link";
  const found: Happening[] = [];
  const add = (k: number, time_s: number, kind: "begins" | "ends") => {
    const ends = { source: name[source[k]!]!, target: name[target[k]!]! };
    found.push({ time_s, kind, words: `${ends.source} → ${ends.target}`, subject: { kind: "link", ...ends } });
  };
  for (let k = 0; k < start.length; k += 1) {
    const [a, b] = [start[k]!, end[k]!];
    const begins = a >= from_s && a <= to_s && a > 0;
    const ends = b >= from_s && b <= to_s && b < scene.simulated_s;
    if (!begins && !ends) continue;
    if (part && !(both ? part[source[k]!] && part[target[k]!] : part[source[k]!] || part[target[k]!])) continue;
    if (begins) add(k, a, "begins");
    if (ends) add(k, b, "ends");
  }
  return found;
}

/// Where the route of a pair is another than one snapshot before.
function routes(scene: Scene, from_s: number, to_s: number, subject: Subject & { kind: "path" }): Happening[] {
  const { route, time, source, target, first, node, delay } = scene.paths;
  const { name } = scene.platforms;
  const found: Happening[] = [];
  let before: string | null = null;
  for (let k = 0; k < time.length && time[k]! <= to_s; k += 1) {
    if (route[k] !== subject.route || name[source[k]!] !== subject.source || name[target[k]!] !== subject.target) continue;
    const nodes = node.subarray(first[k]!, first[k + 1]!);
    const path = nodes.join();
    if (before !== null && path !== before && time[k]! >= from_s) {
      const words = nodes.length < 2 ? "no route" : `${nodes.length - 1} hops, ${lasting(delay[k]!)}`;
      found.push({ time_s: time[k]!, kind: "new route", words, subject });
    }
    before = path;
  }
  return found;
}
