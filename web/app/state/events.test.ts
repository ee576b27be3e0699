import { describe, expect, it } from "vitest";
import { syntheticScene } from "../../scene/synthetic.ts";
import { eventsNear } from "./events.ts";

const scene = syntheticScene({
  planes: 12, perPlane: 12, altitude_m: 1200e3, inclination_deg: 60, sites: 8, duration_s: 1800, step_s: 120, flyers: 0,
});
const { source, target, start, end } = scene.contacts;
const { name } = scene.platforms;
const all = [...start].flatMap((from, k) => [
  ...(from > 0 ? [from] : []),
  ...(end[k]! < scene.simulated_s ? [end[k]!] : []),
]);

describe("events", () => {
  it("are those nearest to the moment, on either side, in order", () => {
    const found = eventsNear(scene, 900, null, 5).map(({ time_s }) => time_s);
    const before = all.filter((t_s) => t_s <= 900).sort((a, b) => a - b).slice(-5);
    const after = all.filter((t_s) => t_s > 900).sort((a, b) => a - b).slice(0, 5);
    expect(found).toEqual([...before, ...after]);
  });

  it("leave out what the run's ends cut off", () => {
    expect(eventsNear(scene, 0, null, 1e6).length).toBe(all.length);
  });

  it("of a platform or a link are its own", () => {
    const site = name[source.at(-1)!]!;
    const own = eventsNear(scene, 900, { kind: "platform", name: site }, 1e6);
    expect(own.length).toBeGreaterThan(2);
    expect(own.every(({ words }) => words.startsWith(`${site} → `))).toBe(true);
    const ends = { source: site, target: name[target.at(-1)!]! };
    const link = eventsNear(scene, 900, { kind: "link", ...ends }, 1e6);
    expect(link.every(({ subject }) => JSON.stringify(subject) === JSON.stringify({ kind: "link", ...ends }))).toBe(true);
    expect(link.length).toBeLessThan(own.length);
  });

  it("of a route are its changes", () => {
    const { time, first, node } = scene.paths;
    const route = (k: number) => node.subarray(first[k]!, first[k + 1]!).join();
    const wanted = [...time].filter((_, k) => k > 0 && route(k) !== route(k - 1));
    const pair = { kind: "path", route: 0, source: name[scene.paths.source[0]!]!, target: name[scene.paths.target[0]!]! } as const;
    const found = eventsNear(scene, 900, pair, 1e6);
    expect(wanted.length).toBeGreaterThan(0);
    expect(found.map(({ time_s }) => time_s)).toEqual(wanted);
    expect(eventsNear(scene, 900, { ...pair, route: 1 }, 1e6)).toEqual([]);
  });
});
