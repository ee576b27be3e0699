import { describe, expect, it } from "vitest";
import { cumulative, quantile, roundTicks } from "./distribution.ts";
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

  it("is flat where nothing changes", () => {
    expect(pathOf({ time: [300, 400], value: [7, 7] })).toBe("M0.00 12.00L100.00 12.00");
  });
});
