import { describe, expect, it } from "vitest";
import { chargeAt, lastNotAfter, offStationAt, pathAt, sunAt } from "./moments.ts";
import { syntheticScene } from "./synthetic.ts";

const scene = syntheticScene({
  planes: 6,
  perPlane: 8,
  altitude_m: 1200e3,
  inclination_deg: 60,
  sites: 8,
  duration_s: 1200,
  step_s: 120,
  flyers: 0,
});

describe("lastNotAfter", () => {
  it("finds the snapshot in force", () => {
    const time = [0, 60, 60, 120];
    expect([-1, 0, 59, 60, 119, 500].map((t) => lastNotAfter(time, t))).toEqual([-1, 0, 0, 2, 2, 3]);
    expect(lastNotAfter([], 1)).toBe(-1);
  });
});

describe("chargeAt and offStationAt", () => {
  const charges = { platform: Int32Array.from([2, 5]), first: Int32Array.from([0, 2, 3]), time: Float32Array.from([0, 600, 0]), share: Float32Array.from([1, 0.5, 0.25]) };
  const drifts = { platform: Int32Array.from([2, 2]), start: Float32Array.from([0, 900]), end: Float32Array.from([300, 1200]) };
  const told = { ...scene, charges, drifts };

  it("goes straight between rows, holds the ends, and is nothing for others", () => {
    expect([-5, 0, 300, 600, 900].map((t) => chargeAt(told, 2, t))).toEqual([1, 1, 0.75, 0.5, 0.5]);
    expect([chargeAt(told, 5, 77), chargeAt(told, 3, 0), chargeAt(scene, 2, 0)]).toEqual([0.25, null, null]);
  });

  it("is off from a start to before its end", () => {
    expect([0, 299, 300, 900, 1200].map((t) => offStationAt(told, 2, t))).toEqual([true, true, false, true, false]);
    expect(offStationAt(told, 5, 0)).toBe(false);
  });
});

describe("sunAt", () => {
  it("gives unit vectors between the table's rows and holds its ends", () => {
    const table = Float32Array.from([0, 1, 0, 0, 600, 0, 1, 0]);
    const of = (t: number) => sunAt({ ...scene, sunAt: table }, t)!;
    expect(of(300)[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(Math.hypot(...of(123))).toBeCloseTo(1, 12);
    expect(of(-5)).toEqual([1, 0, 0]);
    expect(of(900)).toEqual([0, 1, 0]);
    expect(sunAt({ ...scene, sunAt: new Float32Array() }, 0)).toBeNull();
  });
});

describe("pathAt", () => {
  const paths = {
    route: Int32Array.from([0, 0, 0, 0]),
    time: Float32Array.from([0, 0, 60, 60]),
    source: Int32Array.from([1, 2, 1, 2]),
    target: Int32Array.from([5, 6, 5, 6]),
    first: Int32Array.from([0, 3, 5, 5, 8]),
    node: Int32Array.from([1, 9, 5, 2, 6, 2, -1, 6]),
    delay: Float32Array.from([1, 1, 1, 1]),
  };
  const stepped = { ...scene, routes: [{ sources: [], targets: [], step_s: 60 }], paths };

  it("takes the last step, either way round", () => {
    expect(pathAt(stepped, 1, 5, 59)).toEqual([1, 9, 5]);
    expect(pathAt(stepped, 5, 1, 59)).toEqual([5, 9, 1]);
  });

  it("shows no path that is out of force, and leaves out who is not drawn", () => {
    expect(pathAt(stepped, 1, 5, 60)).toBeNull();
    expect(pathAt(stepped, 2, 6, 60)).toEqual([2, 6]);
    expect(pathAt(stepped, 2, 6, 121)).toBeNull();
    expect(pathAt(stepped, 1, 7, 0)).toBeNull();
  });
});
