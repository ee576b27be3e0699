import { describe, expect, it } from "vitest";
import { createUniforms } from "../stage.ts";
import { View } from "./camera.ts";

const RADIUS_M = 6378137;

function view(width: number, height: number): View {
  const result = new View();
  result.resize(width, height);
  return result;
}

describe("the camera over the globe", () => {
  it.each([[1440, 900], [390, 844]])("sees the whole shell in %d x %d", (width, height) => {
    const eye = view(width, height);
    const shell = 1.0863;
    const distance = eye.distanceFor(shell);
    eye.globe = { longitude_deg: 0, latitude_deg: 0, distance };
    eye.update(createUniforms());
    // The outline that is seen of a sphere lies at cos = radius / distance from the camera's axis.
    const cosine = shell / distance;
    const sine = Math.sqrt(1 - cosine ** 2);
    const rim = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => {
      const angle = (k * Math.PI) / 4;
      const place = [cosine, sine * Math.cos(angle), sine * Math.sin(angle)].map((x) => x * shell * RADIUS_M);
      return eye.onScreen(place as [number, number, number]);
    });
    expect(rim.every((at) => at !== null)).toBe(true);
    const widest = Math.max(...rim.map((at) => Math.hypot(at!.x - width / 2, at!.y - height / 2)));
    expect(widest).toBeGreaterThan(0.46 * Math.min(width, height));
  });

  it("does not see through the Earth", () => {
    const eye = view(1000, 1000);
    eye.globe = { longitude_deg: 10, latitude_deg: 0, distance: 4 };
    eye.update(createUniforms());
    expect(eye.onScreen([RADIUS_M, 0, 0])).not.toBeNull();
    expect(eye.onScreen([-RADIUS_M, 0, 0])).toBeNull();
  });

  it("goes round with the stars in the inertial frame: a sidereal day brings it back", () => {
    const eye = view(1000, 1000);
    eye.globe = { longitude_deg: 30, latitude_deg: 0, distance: 4 };
    eye.inertial = true;
    const uniforms = createUniforms();
    const below = (t_s: number) => {
      eye.turned_rad = 7.292115e-5 * t_s;
      eye.update(uniforms);
      return (Math.atan2(uniforms.cameraAt.value.y, uniforms.cameraAt.value.x) * 180) / Math.PI;
    };
    expect(below(0)).toBeCloseTo(30, 6);
    expect(below(86164.0905 / 4)).toBeCloseTo(-60, 3);
    expect(below(86164.0905)).toBeCloseTo(30, 3);
  });
});

describe("the map", () => {
  it("is equirectangular, and unrolls at the date line around its centre", () => {
    const eye = view(1000, 500);
    eye.mode = "map";
    eye.state = { longitude_deg: 170, latitude_deg: 0, distance: 1 };
    eye.update(createUniforms());
    const at = (lon_deg: number) => {
      const lon = (lon_deg * Math.PI) / 180;
      return eye.onScreen([RADIUS_M * Math.cos(lon), RADIUS_M * Math.sin(lon), 0])!.x;
    };
    expect(at(170)).toBeCloseTo(500, 3);
    expect(at(-100)).toBeCloseTo(750, 3);
    expect(at(80)).toBeCloseTo(250, 3);
  });
});
