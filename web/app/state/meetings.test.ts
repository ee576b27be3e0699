import { describe, expect, it } from "vitest";
import type { Scene } from "../../scene/index.ts";
import { inForce, meetingsAt, nextMeeting, valueAt } from "./meetings.ts";

const scene = {
  from_s: 0,
  to_s: 100,
  contacts: {
    rule: Int32Array.of(0, 0, 1),
    source: Int32Array.of(0, 1, 0),
    target: Int32Array.of(2, 2, 3),
    start: Float32Array.of(0, 20, 50),
    end: Float32Array.of(30, 100, 70),
  },
} as Scene;

describe("meetings", () => {
  it("are those in force: from their start, not at their end", () => {
    expect(meetingsAt(scene, 20).map(({ source }) => source)).toEqual([0, 1]);
    expect(meetingsAt(scene, 30).map(({ source }) => source)).toEqual([1]);
    expect(meetingsAt(scene, 60, (source) => source === 0).map(({ target }) => target)).toEqual([3]);
  });

  it("come next", () => {
    expect(nextMeeting(scene, 10, (source) => source === 0)?.start_s).toBe(50);
    expect(nextMeeting(scene, 60, () => true)).toBeNull();
  });

  it("are counted at every moment", () => {
    expect(inForce(scene, 10).value).toEqual([1, 1, 2, 1, 1, 2, 2, 1, 1, 1, 1]);
  });
});

describe("a series", () => {
  it("holds its last value", () => {
    const series = { time: [0, 10], value: [1, 2] };
    expect([-1, 0, 9, 10, 99].map((t) => valueAt(series, t))).toEqual([null, 1, 1, 2, 2]);
  });
});
