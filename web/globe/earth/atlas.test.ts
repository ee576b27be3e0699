import coarse from "world-atlas/countries-110m.json";
import { describe, expect, it } from "vitest";
import { borderPieces, coastPieces, graticulePieces, landRings, type Atlas } from "./atlas.ts";

const atlas = coarse as unknown as Atlas;
const rings = landRings(atlas);

/// Even-odd, as the canvas fills, with the copies to both sides.
function isLand(lon: number, lat: number): boolean {
  let inside = false;
  for (const turn of [-360, 0, 360]) {
    for (const ring of rings) {
      ring.forEach(([x1, y1], k) => {
        const [x0, y0] = ring[(k || ring.length) - 1]!;
        if (y0 > lat === y1 > lat) return;
        if (lon < turn + x0 + ((lat - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
      });
    }
  }
  return inside;
}

describe("land", () => {
  it.each([
    ["Beijing", 116.4, 39.9, true],
    ["the South Pole", 30, -89, true],
    ["Chukotka, beyond the date line", -175, 66.5, true],
    ["Chukotka, before it", 178, 66.5, true],
    ["Greenland", -40, 72, true],
    ["the Pacific", -160, 0, false],
    ["the Arctic", 0, 88, false],
    ["the Caspian Sea", 51, 41, false],
  ])("knows %s", (_, lon, lat, land) => expect(isLand(lon, lat)).toBe(land));
});

describe("lines", () => {
  it.each([
    ["coasts", coastPieces(atlas)],
    ["borders", borderPieces(atlas)],
    ["meridians and parallels", graticulePieces()],
  ])("%s come in pieces that a round Earth can carry", (_, places) => {
    expect(places.length).toBeGreaterThan(4000);
    let longest = 0;
    for (let k = 0; k < places.length; k += 4) {
      const [lon0, lat0, lon1, lat1] = places.subarray(k, k + 4) as unknown as number[];
      longest = Math.max(longest, Math.hypot(lon1! - lon0!, lat1! - lat0!));
    }
    expect(longest).toBeLessThan(1.51);
  });
});
