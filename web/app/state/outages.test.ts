import { describe, expect, it } from "vitest";
import { syntheticScene } from "../../scene/synthetic.ts";
import { rareNear } from "./outages.ts";

const plain = syntheticScene({
  planes: 3, perPlane: 4, altitude_m: 1200e3, inclination_deg: 60, sites: 3, duration_s: 3600, step_s: 120, flyers: 0,
});
const name = plain.platforms.name;
const scene = {
  ...plain,
  bursts: [{ source: plain.groups[plain.platforms.group.at(-1)!]!.name, start_s: 1200, spread_s: 120, share: 0.2, radius_m: 300e3 }],
  outages: {
    platform: Int32Array.from([0, 1, 0]),
    other: Int32Array.from([-1, -1, 2]),
    start: Float32Array.from([0, 600, 900]),
    end: Float32Array.from([3600, 660, 1500]),
  },
};
const told = (...words: Parameters<typeof rareNear>) => rareNear(...words).map((each) => `${each.time_s} ${each.kind} ${each.words}`);

describe("failures and bursts", () => {
  it("are events, in order; what is cut off by the run's end is not repaired", () => {
    const group = scene.bursts[0]!.source;
    expect(told(scene, 700, null, 9)).toEqual([
      `0 fails ${name[0]}, to the end`,
      `600 fails ${name[1]}, for 1 min`,
      `660 repaired ${name[1]}`,
      `900 fails ${name[0]} → ${name[2]}, for 10 min`,
      `1200 burst 20 % of ${group} within 300 km report in 2 min`,
      `1500 repaired ${name[0]} → ${name[2]}`,
    ]);
  });

  it("are those around the moment", () => {
    expect(told(scene, 700, null, 1)).toEqual([`660 repaired ${name[1]}`, `900 fails ${name[0]} → ${name[2]}, for 10 min`]);
  });

  it("of a platform are its own, its links' and its group's; of a link its own and its ends'", () => {
    expect(rareNear(scene, 0, { kind: "platform", name: name[1]! }, 9).map(({ kind }) => kind)).toEqual(["fails", "repaired"]);
    expect(rareNear(scene, 0, { kind: "platform", name: name[2]! }, 9).map(({ time_s }) => time_s)).toEqual([900, 1500]);
    const link = { kind: "link", source: name[1]!, target: name[2]! } as const;
    expect(rareNear(scene, 0, link, 9).map(({ time_s }) => time_s)).toEqual([600, 660]);
    const member = plain.platforms.name.findIndex((_, k) => plain.groups[plain.platforms.group[k]!]!.name === scene.bursts[0]!.source);
    expect(rareNear(scene, 0, { kind: "platform", name: name[member]! }, 9).some(({ kind }) => kind === "burst")).toBe(true);
  });

  it("are none of a run that has none", () => {
    expect(rareNear(plain, 0, null, 9)).toEqual([]);
  });
});
