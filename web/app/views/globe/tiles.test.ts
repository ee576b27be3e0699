import { describe, expect, it } from "vitest";
import type { Figures } from "../../state/figures.ts";
import { summed, tilesOf } from "./tiles.tsx";

const bare = {
  platforms: { total: 4, by_layer: { space: 2, near_space: 0, ground: 2 } },
  contacts: { total: 26, median_s: 600 },
  coverage: null, routes: null, flows: null,
} as unknown as Figures;
const meetings = { now: 3, course: { time: [0, 60], value: [3, 2] } };

describe("tiles", () => {
  it("tell of the platforms where a run has nothing more", () => {
    const tiles = tilesOf(bare, {}, meetings, 0);
    expect(tiles.map(({ name }) => name)).toEqual(["In contact", "Platforms", "Median contact"]);
    expect(tiles[1]?.note).toBe("2 space, 2 ground");
  });

  it("follow the moment where there is a course, and have a line only then", () => {
    const routed = {
      ...bare,
      routes: [{ pairs: 12, share_reachable: 0.9, delay_median_s: 0.04, delay_p95_s: 0.09 }],
    } as unknown as Figures;
    const delay = { time: [0, 60], value: [0.05, 0.0701] };
    const [reachable, median] = tilesOf(routed, { delay }, meetings, 75);
    expect(reachable).toMatchObject({ value: { text: "90", unit: "%" }, series: undefined });
    expect(median).toMatchObject({ value: { text: "70.1", unit: "ms" }, series: delay });
  });

  it("do without what an older run did not write", () => {
    expect(tilesOf({} as Figures, {}, null, 0).map(({ value }) => value.text)).toContain("—");
  });
});

describe("summed", () => {
  it("adds the flows of a snapshot", () => {
    expect(summed([[60, 1], [0, 2], [60, 3]])).toEqual({ time: [0, 60], value: [2, 4] });
  });
});
