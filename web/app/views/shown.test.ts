import { describe, expect, it } from "vitest";
import type { Scene } from "../../scene/index.ts";
import { summed } from "../state/courses.ts";
import type { Figures } from "../state/figures.ts";
import { tiles } from "./routes/shown.tsx";
import { GOING, PICTURES, SPREADS, tilesOf } from "./shown.ts";
import { stepsOf } from "./steps.ts";

const bare = {
  name: "bare",
  platforms: { total: 4, by_layer: { space: 2, near_space: 0, ground: 2 } },
  contacts: { total: 26, median_s: 600 },
  coverage: null, routes: null, flows: null,
} satisfies Figures;
const names = (known: Figures) => tilesOf(known, 0).map(({ name }) => name);

describe("tiles", () => {
  it("tell of the platforms where a run has nothing more", () => {
    expect(names(bare)).toEqual(["In contact", "Platforms", "Median contact"]);
    expect(tilesOf(bare, 0)[1]?.note).toBe("2 space, 2 ground");
  });

  it("tell of what stages computed before what every run has", () => {
    const flows = { carried_mean_bps: 1e9, share_served: 0.5 };
    const deliveries = { generated: 10, observed: 8, share_delivered: 0.75, delay_p50_s: 600 };
    const coverage = { elevation_min_deg: 10, cells: null, sites: { places: 3, coverage_fraction_mean: 0.5, longest_gap_s: 60 } };
    const routes = [{ pairs: 12, share_reachable: 0.9, delay_median_s: 0.04, delay_p95_s: 0.09 }];
    expect(names({ ...bare, coverage })).toEqual(["In contact", "Covered", "Platforms", "Longest gap", "Median contact"]);
    expect(names({ ...bare, routes, flows, deliveries }).slice(0, 5)).toEqual(["Pairs with a route", "Median delay", "Carried", "Delivered", "In contact"]);
    expect(tilesOf({ ...bare, deliveries }, 0)[0]).toMatchObject({ value: { text: "75" }, note: expect.stringMatching(/^of 8 messages/) });
  });

  it("follow the moment where there is a course, and have a line only then", () => {
    const routes = [{ pairs: 12, share_reachable: 0.9, delay_median_s: 0.04, delay_p95_s: 0.09 }];
    const delay = { time: [0, 60], value: [0.05, 0.0701] };
    const [reachable, median] = tiles(routes, { delay }, 75);
    expect(reachable).toMatchObject({ value: { text: "90", unit: "%" }, series: undefined });
    expect(median).toMatchObject({ value: { text: "70.1", unit: "ms" }, series: delay });
  });

  it("do without what an older run did not write", () => {
    expect(tilesOf({ name: "old" }, 0).map(({ value }) => value.text)).toContain("—");
  });
});

describe("what goes on and what is compared", () => {
  it("comes in one order, whichever folder is read first", () => {
    expect(GOING.map(({ List }) => List.name)).toEqual(["Busiest", "EndingNext"]);
    expect(SPREADS.map(({ table }) => table)).toEqual(["route_statistics", "coverage"]);
  });
});

describe("summed", () => {
  it("adds the flows of a snapshot", () => {
    expect(summed([[60, 1], [0, 2], [60, 3]])).toEqual({ time: [0, 60], value: [2, 4] });
  });
});

describe("steps", () => {
  it("are those of what stages computed, and none without a scene", () => {
    const routes = [300, 20].map((step_s) => ({ sources: [], targets: [], step_s }));
    expect(stepsOf({ routes } as unknown as Scene)).toEqual([300, 20]);
    expect(stepsOf(null)).toEqual([]);
  });
});

describe("pictures", () => {
  it("are there only where the run answers for them", () => {
    expect(PICTURES.map(({ name, there }) => [name, there()])).toEqual([["delay matrix", false]]);
  });
});
