import { describe, expect, it } from "vitest";
import { lasting } from "../words/time.ts";
import { alike } from "./alike.ts";
import { cumulative, quantile, roundTicks, timeTicks } from "./distribution.ts";
import { heat, scaleOf } from "./heat.ts";
import { pathOf } from "./sparkline.tsx";

describe("distributions", () => {
  it("give the value that a share does not exceed", () => {
    const sorted = [1, 2, 3, 4];
    expect([0, 0.5, 0.51, 1].map((share) => quantile(sorted, share))).toEqual([1, 2, 3, 4]);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("rise from nothing to all", () => {
    const points = cumulative(Array.from({ length: 1001 }, (_, k) => k), 100);
    expect(points[0]).toEqual({ x: 0, y: 0 });
    expect(points.at(-1)).toEqual({ x: 1000, y: 1 });
    expect(points.length).toBeLessThan(105);
  });

  it("tick at round numbers", () => {
    expect(roundTicks(3, 97, 5)).toEqual([20, 40, 60, 80]);
    expect(roundTicks(0, 1, 4)).toEqual([0, 0.5, 1]);
    expect(roundTicks(5, 5, 4)).toEqual([5]);
  });
});

describe("a line whose values are alike", () => {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const line = (...points: [number, number][]) => points.map(([x, y]) => ({ x, y }));

  it("is told in words, whether they are the same or only read the same", () => {
    expect(alike(line([0, 1], [60, 1], [120, 1]), lasting, percent)).toBe("100.0 % throughout");
    expect(alike(line([0, 0], [60, 0]), lasting, percent)).toBe("0.0 % throughout");
    expect(alike(line([0, 0.50001], [60, 0.50002]), lasting, percent)).toBe("50.0 % throughout");
    expect(alike(line([3.2, 0], [3.2, 0.5], [3.21, 1]), lasting, percent)).toBe("3.2 s for all");
    expect(alike(line([3.2, 0], [3.2, 0.5], [3.21, 0.98]), lasting, percent)).toBe("3.2 s for 98.0 %");
  });

  it("is drawn as soon as one of them differs", () => {
    for (let seed = 1; seed < 60; seed += 1) {
      const [share, place] = [0.9 * Math.abs(Math.sin(seed)), seed % 7];
      const points = line(...Array.from({ length: 7 }, (_, k): [number, number] => [60 * k, k === place ? share + 0.01 : share]));
      expect(alike(points, lasting, percent)).toBeNull();
      expect(alike(points.filter((_, k) => k !== place), lasting, percent)).toBe(`${percent(share)} throughout`);
    }
  });
});

describe("ticks of lengths of time", () => {
  it("are round minutes, hours and days", () => {
    expect(timeTicks(0, 86_400, 5).map(lasting)).toEqual(["0 s", "6 h", "12 h", "18 h", "1 d"]);
    expect(timeTicks(0, 900, 4).map(lasting)).toEqual(["0 s", "5 min", "10 min", "15 min"]);
    expect(timeTicks(0.05, 0.15, 4).map(lasting)).toEqual(["50 ms", "100 ms", "150 ms"]);
  });
});

describe("the heat map", () => {
  it("keeps outliers from stretching the scale", () => {
    const values = [...Array.from({ length: 99 }, (_, k) => k), 1e6];
    expect(scaleOf(values)).toEqual([2, 97]);
    expect(scaleOf([])).toEqual([0, 1]);
  });

  it("goes from dark to light", () => {
    expect(heat(0)).toBe("rgb(12 36 58)");
    expect(heat(2)).toBe("rgb(225 243 252)");
  });
});

describe("a sparkline", () => {
  it("breaks where the series has no value", () => {
    expect(pathOf({ time: [0, 50, 100], value: [1, NaN, 2] })).toBe("M0.00 22.00M100.00 2.00");
  });

  it("is none where nothing changes", () => {
    expect(pathOf({ time: [300, 400], value: [7, 7] })).toBe("");
    expect(pathOf({ time: [300, 400], value: [NaN, NaN] })).toBe("");
  });
});
