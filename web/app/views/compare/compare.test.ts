import { describe, expect, it } from "vitest";
import type { Figures } from "../../state/figures.ts";
import { differences, survived } from "./differences.ts";

const one = { name: "one", contacts: { total: 100, median_s: null }, flows: { busiest_links: [{ source: "a" }], beams: { fullest: [{ platform: "a" }] } } };
const other = { name: "other", contacts: { total: 150, median_s: 5 }, coverage: { cells: { places: 3 } } };

describe("differences", () => {
  it("stand for every figure that either run has", () => {
    expect(differences(one as unknown as Figures, other as unknown as Figures)).toEqual([
      { path: "contacts.total", one: 100, other: 150, change: 50, relative: 0.5 },
      { path: "contacts.median_s", one: null, other: 5, change: null, relative: null },
      { path: "coverage.cells.places", one: undefined, other: 3, change: null, relative: null },
    ]);
  });
});

describe("a figure of survivors", () => {
  const rule = (share: number, delay: number) => ({ deliveries: { share_delivered: share, delay_p50_s: delay, energy_j: 1 } }) as unknown as Figures;
  const rows = differences(rule(0.9, 500), rule(0.2, 60));

  it("has the share that survives beside it, in both runs", () => {
    expect(survived("deliveries.delay_p50_s", rows)).toMatchObject({ one: 0.9, other: 0.2 });
  });

  it("alone has one", () => {
    expect(survived("deliveries.energy_j", rows)).toBeUndefined();
    expect(survived("deliveries.share_delivered", rows)).toBeUndefined();
    expect(survived("packets.delay_p50_s", rows)).toBeUndefined();
  });
});
