/// Failures, repairs and bursts: few among the contacts, so they are told apart from them.
import type { Scene } from "../../scene/index.ts";
import { percent } from "../words/quantities.ts";
import { lasting } from "../words/time.ts";
import type { Happening } from "./events.ts";
import { isPart, type Subject } from "./subject.ts";

/// So many before a moment and so many after it, by time; of what is selected, if anything is. What is out
/// of order from the start fails then; what is so at the end is not repaired.
export function rareNear(scene: Scene, t_s: number, subject: Subject | null, many: number): Happening[] {
  const found = [...failures(scene, subject), ...bursts(scene, subject)].sort((a, b) => a.time_s - b.time_s);
  const next = found.findIndex(({ time_s }) => time_s > t_s);
  const after = next < 0 ? found.length : next;
  return found.slice(Math.max(0, after - many), after + many);
}

function failures(scene: Scene, subject: Subject | null): Happening[] {
  const { platform, other, start, end } = scene.outages;
  const { name } = scene.platforms;
  const found: Happening[] = [];
  for (let k = 0; k < start.length; k += 1) {
    const one = name[platform[k]!]!;
    const far = other[k]! < 0 ? null : name[other[k]!]!;
    const of: Subject = far === null ? { kind: "platform", name: one } : { kind: "link", source: one, target: far };
    if (subject !== null && !concerns(subject, one, far)) continue;
    const words = far === null ? one : `${one} → ${far}`;
    const lasts = end[k]! < scene.simulated_s ? `, for ${lasting(end[k]! - start[k]!)}` : ", to the end";
    found.push({ time_s: start[k]!, kind: "fails", words: words + lasts, subject: of });
    if (end[k]! < scene.simulated_s) found.push({ time_s: end[k]!, kind: "repaired", words, subject: of });
  }
  return found;
}

function concerns(subject: Subject, one: string, far: string | null): boolean {
  return subject.kind === "platform" || far === null ? isPart(subject, one) || (far !== null && isPart(subject, far)) : isPart(subject, one) && isPart(subject, far);
}

function bursts({ bursts, groups, platforms }: Scene, subject: Subject | null): Happening[] {
  const member = subject?.kind === "platform" ? groups[platforms.group[platforms.name.indexOf(subject.name)] ?? -1]?.name : undefined;
  return (bursts ?? [])
    .filter(({ source }) => subject === null || source === member)
    .map(({ source, start_s, spread_s, share, radius_m }) => {
      const where = radius_m === null ? "" : ` within ${Math.round(radius_m / 1000)} km`;
      const when = spread_s > 0 ? ` in ${lasting(spread_s)}` : " at once";
      return { time_s: start_s, kind: "burst" as const, words: `${percent(share)} % of ${source}${where} report${when}`, subject: null };
    });
}
