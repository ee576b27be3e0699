import { describe, expect, it } from "vitest";
import type { Bar } from "../state/api.ts";
import { inWindow, profile, stacked } from "./lanes.ts";
import { lengthOf, panned, showing, shareOf, ticks, timeAt, zoomed } from "./scale.ts";

const DAY = { from_s: 0, to_s: 86_400 };

describe("the axis", () => {
  it("puts a moment where it reads it back", () => {
    const span = { from_s: 600, to_s: 4200 };
    expect(timeAt(span, shareOf(span, 1234.5))).toBeCloseTo(1234.5, 9);
  });

  it("ticks at round moments of UTC, not of the run", () => {
    const start_ms = Date.parse("2026-07-01T00:07:30Z");
    const found = ticks({ from_s: 0, to_s: 3600 }, 8, start_ms).map(({ t_s }) => t_s);
    expect(found).toEqual([150, 750, 1350, 1950, 2550, 3150]);
  });

  it("marks midnight", () => {
    const found = ticks(DAY, 8, Date.parse("2026-07-01T12:00:00Z"));
    expect(found.filter(({ day }) => day).map(({ t_s }) => t_s)).toEqual([43_200]);
  });

  it("zooms about a moment that stays in its place, and never out of the run", () => {
    const near = zoomed(DAY, 0.1, 43_200, 86_400);
    expect(near).toEqual({ from_s: 43_200 - 4320, to_s: 43_200 + 4320 });
    expect(zoomed(near, 100, 43_200, 86_400)).toEqual(DAY);
    expect(lengthOf(zoomed(near, 1e-9, 43_200, 86_400))).toBeCloseTo(10, 9);
    expect(zoomed({ from_s: 0, to_s: 5 }, 0.1, 2, 5)).toEqual({ from_s: 0, to_s: 5 });
  });

  it("stops at the run's ends", () => {
    expect(panned({ from_s: 0, to_s: 3600 }, -500, 86_400).from_s).toBe(0);
    expect(panned({ from_s: 80_000, to_s: 83_600 }, 1e6, 86_400).to_s).toBe(86_400);
  });

  it("follows a moment that leaves it", () => {
    const span = { from_s: 0, to_s: 1000 };
    expect(showing(span, 900, 86_400)).toBe(span);
    expect(showing(span, 1001, 86_400)).toEqual({ from_s: 901, to_s: 1901 });
  });
});

describe("lanes", () => {
  const bars: Bar[] = [[0, 100, "a", "x"], [50, 150, "a", "y"], [100, 200, "a", "z"], [120, 130, "a", "w"]];

  it("stack what overlaps and reuse what is free", () => {
    expect(stacked(bars)).toEqual({ lane: [0, 1, 0, 2], count: 3 });
  });

  it("have one line where nothing is", () => {
    expect(stacked([]).count).toBe(1);
  });

  it("are counted by rule where they are too many to stack", () => {
    const mixed: Bar[] = [[0, 100, "a", "x"], [50, 150, "b", "y"], [100, 200, "a", "z"]];
    expect(profile(mixed, ["a", "b"])).toEqual([
      { from_s: 0, counts: [1, 0] },
      { from_s: 50, counts: [1, 1] },
      { from_s: 100, counts: [1, 1] },
      { from_s: 150, counts: [1, 0] },
      { from_s: 200, counts: [0, 0] },
    ]);
  });

  it("find what reaches into a window", () => {
    expect(inWindow(bars, 100, 140, 160)).toEqual([1, 4]);
    expect(inWindow(bars, 100, 500, 600)).toEqual([4, 4]);
  });
});
