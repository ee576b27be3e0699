/// Where platforms are, from the scene's own arrays: lists and cards need it where no globe is drawn.
import { hermiteWeights } from "../../globe/motion/hermite.ts";
import type { Scene } from "../../scene/index.ts";

export type Metres = [number, number, number];

/// ITRS; null where absent, or where the scene does not cover the time.
export function positionAt({ site, tracks, platforms }: Scene, row: number, t_s: number): Metres | null {
  let mover = platforms.track[row] ?? -1;
  if (mover < 0) return finite([site[3 * row]!, site[3 * row + 1]!, site[3 * row + 2]!]);
  const block = tracks.find(({ movers }) => {
    if (mover < movers) return true;
    mover -= movers;
    return false;
  });
  const knots = block?.time.length ?? 0;
  if (!block || knots < 2) return null;
  const step_s = (block.time[knots - 1]! - block.time[0]!) / (knots - 1);
  const along = (t_s - block.time[0]!) / step_s;
  const knot = Math.min(Math.floor(along), knots - 2);
  if (along < 0 || along > knots - 1) return null;
  const [p0, v0, p1, v1] = hermiteWeights(along - knot, step_s);
  const a = 3 * (knot * block.movers + mover);
  const b = a + 3 * block.movers;
  const { position, velocity } = block;
  const coordinate = (i: number) =>
    p0 * position[a + i]! + v0 * velocity[a + i]! + p1 * position[b + i]! + v1 * velocity[b + i]!;
  return finite([coordinate(0), coordinate(1), coordinate(2)]);
}

function finite(place: Metres): Metres | null {
  return place.every(Number.isFinite) ? place : null;
}

export function distance(one: Metres | null, other: Metres | null): number | null {
  return one && other && Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

const A_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);

/// Latitude and longitude in degrees and height above WGS84, by Bowring's formula.
///
/// B. R. Bowring, "Transformation from spatial to geographical coordinates", Survey Review 23, 1976:
/// within 1e-8 degrees below 10 000 km.
export function geodetic([x, y, z]: Metres): { latitude_deg: number; longitude_deg: number; height_m: number } {
  const p = Math.hypot(x, y);
  const b = A_M * (1 - FLATTENING);
  const reduced = Math.atan2(z * A_M, p * b);
  const latitude = Math.atan2(
    z + (E2 / (1 - E2)) * b * Math.sin(reduced) ** 3,
    p - E2 * A_M * Math.cos(reduced) ** 3,
  );
  const normal = A_M / Math.sqrt(1 - E2 * Math.sin(latitude) ** 2);
  // Along the normal, which serves at the poles as well.
  const height_m = p * Math.cos(latitude) + z * Math.sin(latitude) - A_M ** 2 / normal;
  const deg = 180 / Math.PI;
  return { latitude_deg: latitude * deg, longitude_deg: Math.atan2(y, x) * deg, height_m };
}
