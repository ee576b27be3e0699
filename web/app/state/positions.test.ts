import { describe, expect, it } from "vitest";
import { circular, syntheticScene, type Wishes } from "../../scene/synthetic.ts";
import { distance, geodetic, positionAt } from "./positions.ts";

const WISHES: Wishes = {
  planes: 2, perPlane: 3, altitude_m: 550e3, inclination_deg: 53, sites: 2, duration_s: 1200, step_s: 60, flyers: 2,
};
const scene = syntheticScene(WISHES);

describe("positionAt", () => {
  it("meets the circle between knots", () => {
    // Hermite of 60 s nodes: 0.3 m; float32 metres: 0.5 m a coordinate.
    expect(distance(positionAt(scene, 4, 631), circular(WISHES, 4, 631).at)).toBeLessThan(1.5);
  });

  it("serves the last knot and nothing beyond", () => {
    expect(distance(positionAt(scene, 4, 1200), circular(WISHES, 4, 1200).at)).toBeLessThan(1);
    expect(positionAt(scene, 4, 1201)).toBeNull();
    expect(positionAt(scene, 4, -1)).toBeNull();
  });

  it("knows those that stand and those of a second block", () => {
    expect(geodetic(positionAt(scene, 6, 0)!).longitude_deg).toBeCloseTo(116.4, 3);
    expect(geodetic(positionAt(scene, 8, 0)!).latitude_deg).toBeCloseTo(20, 0);
  });
});

describe("geodetic", () => {
  it("agrees with the ellipsoid's own points and heights", () => {
    expect(geodetic([6378137 + 1000, 0, 0])).toEqual({ latitude_deg: 0, longitude_deg: 0, height_m: 1000 });
    const pole = geodetic([0, 0, 6356752.314245 + 20_000]);
    expect(pole.latitude_deg).toBeCloseTo(90, 9);
    expect(pole.height_m).toBeCloseTo(20_000, 3);
    // The definition at latitude 45 degrees and 800 km: normal N = a / sqrt(1 - e2 / 2).
    const e2 = (2 - 1 / 298.257223563) / 298.257223563;
    const normal = 6378137 / Math.sqrt(1 - e2 / 2);
    const [p, z] = [(normal + 800e3) * Math.SQRT1_2, (normal * (1 - e2) + 800e3) * Math.SQRT1_2];
    const slope = geodetic([-p, 0, z]);
    expect(slope.latitude_deg).toBeCloseTo(45, 7);
    expect(slope.longitude_deg).toBe(180);
    expect(slope.height_m).toBeCloseTo(800e3, 1);
  });
});
