/// Where every platform of a scene is, as textures for the vertex shader and for the CPU.
///
/// One float texture holds all knots as a line of texels, folded at `TEXTURE_WIDTH`, so that no
/// number of satellites meets the limit of a texture's side: of a block with M movers, knot k, the
/// positions start at texel 2kM and the velocities at (2k + 1)M. Those that stand follow. A second,
/// integer texture tells for each platform where its texels are. The fourth channel is 1 where the
/// platform is present.
import {
  DataTexture,
  FloatType,
  IntType,
  NearestFilter,
  RGBAFormat,
  RGBAIntegerFormat,
  type PixelFormatGPU,
  type TypedArray,
} from "three";
import type { Scene, TrackBlock } from "../../scene/index.ts";
import { hermiteSlopes, hermiteWeights } from "./hermite.ts";
import { BLOCKS_MAX, FADE_S, TEXTURE_WIDTH } from "./shader.ts";

export const EARTH_RADIUS_M = 6378137;
export type Vector = [number, number, number];

export class Ephemeris {
  readonly knots: DataTexture;
  readonly platforms: DataTexture;
  private readonly rowOf: { block: number; mover: number }[];

  constructor(private readonly scene: Scene) {
    if (scene.tracks.length > BLOCKS_MAX) {
      throw new RangeError(`a scene may hold ${BLOCKS_MAX} track blocks, not ${scene.tracks.length}`);
    }
    this.rowOf = scene.platforms.track.map((row) => locate(scene.tracks, row));
    const packed = pack(scene, this.rowOf);
    this.knots = texture(packed.knots, RGBAFormat, FloatType, "RGBA32F");
    this.platforms = texture(packed.platforms, RGBAIntegerFormat, IntType, "RGBA32I");
  }

  /// Write knot, fraction and step of every block at a time: the only thing that motion costs a
  /// frame. In double precision here, so that the shader's floats lose nothing over a long run.
  setClock(clock: Float32Array, t_s: number): void {
    this.scene.tracks.forEach(({ time }, block) => {
      const { knot, s, step_s } = spanAt(time, t_s);
      clock.set([knot, s, step_s], 3 * block);
    });
  }

  /// How much of a platform is there: 1, 0 where absent, between where it fades after its last node.
  strengthOf(platform: number, t_s: number): number {
    if (this.positionOf(platform, t_s) === null) return 0;
    const row = this.rowOf[platform]!;
    const block = this.scene.tracks[row.block];
    if (!block) return 1;
    const { knot, s, step_s } = spanAt(block.time, t_s);
    const next = 3 * ((knot + 1) * block.movers + row.mover);
    return s === 0 || Number.isFinite(block.position[next]) ? 1 : 1 - (s * step_s) / FADE_S;
  }

  /// ITRS metres; null where absent. After its last node a mover goes straight on until it has faded.
  positionOf(platform: number, t_s: number): Vector | null {
    return this.combine(platform, t_s, hermiteWeights);
  }

  /// ITRS metres a second; null where absent or standing.
  velocityOf(platform: number, t_s: number): Vector | null {
    return this.rowOf[platform]?.block === -1 ? null : this.combine(platform, t_s, hermiteSlopes);
  }

  dispose(): void {
    this.knots.dispose();
    this.platforms.dispose();
  }

  private combine(platform: number, t_s: number, weights: typeof hermiteWeights): Vector | null {
    const row = this.rowOf[platform];
    if (!row) return null;
    const block = this.scene.tracks[row.block];
    if (!block) return present(this.scene.site, 3 * platform);
    let { knot, s, step_s } = spanAt(block.time, t_s);
    if (knot === block.time.length - 1 && s === 0) [knot, s] = [knot - 1, 1];
    if (knot < 0 || knot + 1 >= block.time.length) return null;
    const a = 3 * (knot * block.movers + row.mover);
    const b = a + 3 * block.movers;
    const [p0, v0, p1, v1] = weights(s, step_s);
    const { position, velocity } = block;
    if (!Number.isFinite(position[b]) && s * step_s < FADE_S) {
      const straight = (i: number) => weights === hermiteWeights ? position[a + i]! + s * step_s * velocity[a + i]! : velocity[a + i]!;
      const on: Vector = [straight(0), straight(1), straight(2)];
      return Number.isFinite(on[0]) ? on : null;
    }
    const out: Vector = [0, 0, 0];
    for (let i = 0; i < 3; i += 1) {
      out[i] =
        p0 * position[a + i]! + v0 * velocity[a + i]! + p1 * position[b + i]! + v1 * velocity[b + i]!;
    }
    return Number.isFinite(out[0]) ? out : null;
  }
}

function present(values: Float32Array, at: number): Vector | null {
  const [x, y, z] = values.subarray(at, at + 3);
  return x !== undefined && Number.isFinite(x) ? [x, y!, z!] : null;
}

function locate(tracks: TrackBlock[], row: number): { block: number; mover: number } {
  if (row < 0) return { block: -1, mover: -1 };
  let mover = row;
  for (const [block, { movers }] of tracks.entries()) {
    if (mover < movers) return { block, mover };
    mover -= movers;
  }
  throw new RangeError(`scene: track row ${row} is in no block`);
}

function spanAt(time: Float64Array, t_s: number): { knot: number; s: number; step_s: number } {
  const first = time[0] ?? 0;
  const step_s = time.length > 1 ? (time[time.length - 1]! - first) / (time.length - 1) : 1;
  const along = (t_s - first) / step_s;
  const knot = Math.floor(along);
  return { knot, s: along - knot, step_s };
}

/// The contents of both textures, for the shader and for its test.
export function pack(
  scene: Scene,
  rowOf: { block: number; mover: number }[] = scene.platforms.track.map((row) =>
    locate(scene.tracks, row),
  ),
): { knots: Float32Array; platforms: Int32Array } {
  const bases: number[] = [];
  let texels = 0;
  for (const { time, movers } of scene.tracks) {
    bases.push(texels);
    texels += 2 * time.length * movers;
  }
  const sitesAt = texels;
  const standing = rowOf.filter(({ block }) => block === -1).length;
  const knots = new Float32Array(4 * folded(sitesAt + standing));
  scene.tracks.forEach((block, k) => packBlock(block, knots, bases[k]!));
  const platforms = new Int32Array(4 * folded(rowOf.length));
  let site = sitesAt;
  rowOf.forEach(({ block, mover }, platform) => {
    const track = scene.tracks[block];
    if (track) {
      platforms.set([bases[block]! + mover, block, track.movers, track.time.length], 4 * platform);
    } else {
      writeTexel(knots, site, scene.site, 3 * platform, Number.isFinite(scene.site[3 * platform]));
      platforms.set([site, -1, 0, 0], 4 * platform);
      site += 1;
    }
  });
  return { knots, platforms };
}

function packBlock({ time, movers, position, velocity }: TrackBlock, out: Float32Array, base: number) {
  for (let knot = 0; knot < time.length; knot += 1) {
    for (let mover = 0; mover < movers; mover += 1) {
      const at = 3 * (knot * movers + mover);
      const there = Number.isFinite(position[at]);
      writeTexel(out, base + 2 * knot * movers + mover, position, at, there);
      writeTexel(out, base + (2 * knot + 1) * movers + mover, velocity, at, there);
    }
  }
}

function writeTexel(out: Float32Array, texel: number, from: Float32Array, at: number, there: boolean) {
  if (!there) return;
  out[4 * texel] = from[at]! / EARTH_RADIUS_M;
  out[4 * texel + 1] = from[at + 1]! / EARTH_RADIUS_M;
  out[4 * texel + 2] = from[at + 2]! / EARTH_RADIUS_M;
  out[4 * texel + 3] = 1;
}

function folded(texels: number): number {
  return TEXTURE_WIDTH * Math.max(1, Math.ceil(texels / TEXTURE_WIDTH));
}

function texture(
  data: TypedArray,
  format: typeof RGBAFormat | typeof RGBAIntegerFormat,
  type: typeof FloatType | typeof IntType,
  internalFormat: PixelFormatGPU,
): DataTexture {
  const result = new DataTexture(data, TEXTURE_WIDTH, data.length / 4 / TEXTURE_WIDTH, format, type);
  result.internalFormat = internalFormat;
  result.minFilter = result.magFilter = NearestFilter;
  result.needsUpdate = true;
  return result;
}
