/// The world's coasts and borders (Natural Earth, public domain) as rings and as lines.
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

export type Atlas = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
export type Ring = [number, number][];

/// Longest piece of a line, degrees: longer ones would cut through the round Earth.
const PIECE_DEG = 1.5;

/// Rings of land, degrees; a hole is a ring like any other (even-odd filling). A ring that crosses
/// the date line goes on beyond 180 degrees; one around a pole is closed through it.
export function landRings(atlas: Atlas): Ring[] {
  return feature(atlas, atlas.objects.land)
    .features.flatMap(({ geometry }) => {
      if (geometry.type === "Polygon") return geometry.coordinates as Ring[];
      return geometry.type === "MultiPolygon" ? (geometry.coordinates.flat() as Ring[]) : [];
    })
    .map(unrolled);
}

function unrolled(ring: Ring): Ring {
  const out: Ring = [];
  let turns = 0;
  ring.forEach(([lon, lat], k) => {
    const step = k === 0 ? 0 : lon - ring[k - 1]![0];
    if (Math.abs(step) > 180) turns -= Math.sign(step);
    out.push([lon + 360 * turns, lat]);
  });
  if (turns !== 0) {
    const pole = Math.sign(out[0]![1]) * 90;
    out.push([out[out.length - 1]![0], pole], [out[0]![0], pole]);
  }
  return out;
}

/// Coasts as pairs of points, degrees.
export function coastPieces(atlas: Atlas): Float32Array {
  return pieces(mesh(atlas, atlas.objects.land).coordinates as Ring[]);
}

/// Borders between countries as pairs of points, degrees.
export function borderPieces(atlas: Atlas): Float32Array {
  return pieces(mesh(atlas, atlas.objects.countries, (a, b) => a !== b).coordinates as Ring[]);
}

/// Meridians and parallels as pairs of points, degrees.
export function graticulePieces(step_deg = 15): Float32Array {
  const lines: Ring[] = [];
  for (let lon = -180; lon < 180; lon += step_deg) lines.push([[lon + 1e-3, -75], [lon + 1e-3, 75]]);
  for (let lat = -75; lat <= 75; lat += step_deg) lines.push([[-180, lat], [-60, lat], [60, lat], [180, lat]]);
  return pieces(lines);
}

function pieces(lines: Ring[]): Float32Array {
  const out: number[] = [];
  for (const line of lines) {
    for (let k = 1; k < line.length; k += 1) {
      const [from, [lon, lat]] = [line[k - 1]!, line[k]!];
      divide(from, [lon - 360 * Math.round((lon - from[0]) / 360), lat], out);
    }
  }
  return Float32Array.from(out);
}

function divide(a: [number, number], b: [number, number], out: number[]): void {
  const count = Math.max(1, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / PIECE_DEG));
  for (let k = 0; k < count; k += 1) {
    for (const share of [k / count, (k + 1) / count]) {
      out.push(a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]));
    }
  }
}
