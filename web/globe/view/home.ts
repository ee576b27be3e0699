/// Where the camera starts: over the ones below space, as far away as shows the whole shell.
import type { Scene } from "../../scene/index.ts";
import type { Camera } from "../contract.ts";
import { EARTH_RADIUS_M, type Ephemeris } from "../motion/ephemeris.ts";
import type { View } from "./camera.ts";

/// Above this many Earth radii a mover does not count when most are below: it would make the
/// Earth a dot.
const HIGH = 2;
const LATITUDE_MAX_DEG = 35;

export function home(scene: Scene, ephemeris: Ephemeris, view: View): Camera {
  const radii: number[] = [1];
  const middle = [0, 0, 0];
  scene.platforms.track.forEach((track, platform) => {
    const at = ephemeris.positionOf(platform, scene.from_s);
    if (!at) return;
    if (track >= 0) radii.push(Math.hypot(...at) / EARTH_RADIUS_M);
    const { layer } = scene.groups[scene.platforms.group[platform]!]!;
    if (layer !== "space") at.forEach((x, i) => (middle[i]! += x));
  });
  const low = radii.filter((radius) => radius <= HIGH);
  const shell = Math.max(...(2 * low.length >= radii.length ? low : radii));
  const [x, y, z] = middle as [number, number, number];
  const latitude_deg = (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI;
  return {
    longitude_deg: (Math.atan2(y, x) * 180) / Math.PI,
    latitude_deg: Math.min(LATITUDE_MAX_DEG, Math.max(-LATITUDE_MAX_DEG, latitude_deg)),
    distance: view.distanceFor(shell),
  };
}
