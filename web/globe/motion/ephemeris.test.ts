import { describe, expect, it } from "vitest";
import { circular, syntheticScene, type Wishes } from "../../scene/synthetic.ts";
import { Ephemeris, EARTH_RADIUS_M, pack, type Vector } from "./ephemeris.ts";
import { FADE_S, TEXTURE_WIDTH } from "./shader.ts";

const wishes: Wishes = {
  planes: 6,
  perPlane: 11,
  altitude_m: 550e3,
  inclination_deg: 53,
  sites: 20,
  duration_s: 1800,
  step_s: 120,
  flyers: 4,
};
const scene = syntheticScene(wishes);
const away = (a: Vector, b: Vector) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/// `placeOf` of the shader, statement by statement, in its 32-bit floats.
function placeOfShader({ knots, platforms }: ReturnType<typeof pack>, platform: number, clock: Float32Array) {
  const f = Math.fround;
  const texel = (n: number) => knots.subarray(4 * n, 4 * n + 4) as unknown as [number, number, number, number];
  const [base, block, movers, count] = platforms.subarray(4 * platform) as unknown as number[];
  if (block! < 0) return texel(base!);
  const [first, along, step] = clock.subarray(3 * block!) as unknown as [number, number, number];
  const whole = Math.min(Math.floor(along), count! - 2 - first);
  const s = f(along - whole);
  const knot = first + whole;
  if (knot < 0 || s > 1) return [0, 0, 0, 0] as const;
  const at = base! + 2 * knot * movers!;
  const [p0, v0, p1, v1] = [texel(at), texel(at + movers!), texel(at + 2 * movers!), texel(at + 3 * movers!)];
  if (p1[3] < 0.5) {
    const since = f(s * step);
    const on = [0, 1, 2].map((i) => f(p0[i]! + f(since * v0[i]!)));
    return [on[0]!, on[1]!, on[2]!, f(p0[3] * Math.max(0, f(1 - f(since / FADE_S))))] as const;
  }
  const rest = f(1 - s);
  const weights = [
    f(f(f(1 + f(2 * s)) * rest) * rest),
    f(f(f(step * s) * rest) * rest),
    f(f(s * s) * f(3 - f(2 * s))),
    f(-f(f(f(step * s) * s) * rest)),
  ];
  const mixed = [0, 1, 2].map((i) =>
    f(
      f(f(f(weights[0]! * p0[i]!) + f(weights[1]! * v0[i]!)) + f(weights[2]! * p1[i]!)) +
        f(weights[3]! * v1[i]!),
    ),
  );
  return [mixed[0]!, mixed[1]!, mixed[2]!, p0[3] * p1[3]] as const;
}

const times = [0, 1, 59.5, 60, 119.9, 120, 777.7, 1234.5, 1799.99, 1800];

describe("a mover after its last node", () => {
  /// The scene with one mover absent from a knot on.
  const ending = (mover: number, knot: number) => {
    const [block, ...rest] = syntheticScene(wishes).tracks;
    const position = block!.position.slice();
    for (let k = knot + 1; k < block!.time.length; k += 1) position.fill(NaN, 3 * (k * block!.movers + mover), 3 * (k * block!.movers + mover) + 3);
    return { ...scene, tracks: [{ ...block!, position }, ...rest] };
  };

  it("goes straight on and fades in five seconds, then is gone, on screen as in numbers", () => {
    for (let seed = 0; seed < 24; seed += 1) {
      const [mover, knot] = [(7 * seed) % 66, seed % 14];
      const ended = ending(mover, knot);
      const ephemeris = new Ephemeris(ended);
      const packed = pack(ended);
      const last_s = 120 * knot;
      for (const since_s of [0, 0.5, 2.5, 4.9, 5.01, 7, 119]) {
        const clock = new Float32Array(3 * ended.tracks.length);
        ephemeris.setClock(clock, last_s + since_s);
        const shown = placeOfShader(packed, mover, clock);
        const strength = Math.max(0, 1 - since_s / FADE_S);
        expect(ephemeris.strengthOf(mover, last_s + since_s)).toBeCloseTo(strength, 6);
        expect(shown[3]).toBeCloseTo(strength, 4);
        const at = ephemeris.positionOf(mover, last_s + since_s);
        if (strength === 0) expect(at).toBeNull();
        else {
          // A low orbit leaves its tangent by half of 8.1 m/s2 times the time squared: 98 m in 4.9 s.
          expect(away(at!, circular(wishes, mover, last_s + since_s).at)).toBeLessThan(5 * since_s ** 2 + 1);
          expect(away(at!, [shown[0], shown[1], shown[2]].map((each) => each * EARTH_RADIUS_M) as Vector)).toBeLessThan(2);
        }
      }
      expect(ephemeris.strengthOf((mover + 1) % 66, last_s + 2.5)).toBe(1);
    }
  });

  it("does not fade in before its first node", () => {
    const { time, movers, position } = scene.tracks[0]!;
    const late = position.slice();
    late.fill(NaN, 0, 3);
    const ephemeris = new Ephemeris({ ...scene, tracks: [{ ...scene.tracks[0]!, position: late }, ...scene.tracks.slice(1)] });
    expect([time.length > 2, movers > 1]).toEqual([true, true]);
    expect(ephemeris.strengthOf(0, 118)).toBe(0);
    expect(ephemeris.strengthOf(0, 120)).toBe(1);
  });
});

describe("positions between knots of 120 s", () => {
  const ephemeris = new Ephemeris(scene);

  it("are within 10 m of the circular orbit that the knots came from", () => {
    for (const t_s of times) {
      for (let k = 0; k < 66; k += 1) {
        expect(away(ephemeris.positionOf(k, t_s)!, circular(wishes, k, t_s).at)).toBeLessThan(10);
      }
    }
  });

  it("give its velocity within 0.5 m/s", () => {
    for (const t_s of [1, 60, 1234.5]) {
      expect(away(ephemeris.velocityOf(7, t_s)!, circular(wishes, 7, t_s).going)).toBeLessThan(0.5);
    }
  });

  it("are what the shader's floats give, within 10 m of the orbit", () => {
    const packed = pack(scene);
    const clock = new Float32Array(48);
    for (const t_s of times) {
      ephemeris.setClock(clock, t_s);
      for (let platform = 0; platform < scene.platforms.name.length; platform += 1) {
        const [x, y, z, there] = placeOfShader(packed, platform, clock);
        const shown: Vector = [x * EARTH_RADIUS_M, y * EARTH_RADIUS_M, z * EARTH_RADIUS_M];
        expect(there).toBe(1);
        // A 32-bit float resolves 0.5 m at this height; some ten of them are added up.
        expect(away(shown, ephemeris.positionOf(platform, t_s)!)).toBeLessThan(5);
        if (platform < 66) expect(away(shown, circular(wishes, platform, t_s).at)).toBeLessThan(10);
      }
    }
  });

  it("are absent before the first knot and after the last", () => {
    expect(ephemeris.positionOf(0, -0.1)).toBeNull();
    expect(ephemeris.positionOf(0, 1800.1)).toBeNull();
    const clock = new Float32Array(48);
    for (const t_s of [-0.1, 1800.1, 1e6]) {
      ephemeris.setClock(clock, t_s);
      expect(placeOfShader(pack(scene), 0, clock)[3]).toBe(0);
    }
  });

  it("stand where sites stand", () => {
    expect(away(ephemeris.positionOf(66, 900)!, [...scene.site.subarray(198, 201)] as Vector)).toBe(0);
    expect(ephemeris.velocityOf(66, 900)).toBeNull();
  });
});

describe("the texture", () => {
  it("folds: no satellite count meets the limit of a side", () => {
    const many: Wishes = { ...wishes, planes: 100, perPlane: 100, duration_s: 240 };
    const large = syntheticScene(many);
    const { knots, platforms } = pack(large);
    expect(knots.length % (4 * TEXTURE_WIDTH)).toBe(0);
    const clock = new Float32Array(48);
    new Ephemeris(large).setClock(clock, 200);
    const [x, y, z] = placeOfShader({ knots, platforms }, 9999, clock);
    const at = circular(many, 9999, 200).at;
    expect(away([x * EARTH_RADIUS_M, y * EARTH_RADIUS_M, z * EARTH_RADIUS_M], at)).toBeLessThan(10);
  });

  it("marks absent who neither stands nor has a track", () => {
    const left = structuredClone(scene);
    left.platforms.track[0] = -1;
    expect(new Ephemeris(left).positionOf(0, 60)).toBeNull();
    expect(placeOfShader(pack(left), 0, new Float32Array(48))[3]).toBe(0);
  });

  it("marks a mover absent where its knots are NaN", () => {
    const gap = structuredClone(scene);
    gap.tracks[0]!.position.fill(NaN, 3 * 66 * 4, 3 * 66 * 5);
    const ephemeris = new Ephemeris(gap);
    expect(ephemeris.positionOf(3, 4 * 120 + 1)).toBeNull();
    expect(ephemeris.positionOf(3, 6 * 120)).not.toBeNull();
    const clock = new Float32Array(48);
    ephemeris.setClock(clock, 4 * 120 + 1);
    expect(placeOfShader(pack(gap), 3, clock)[3]).toBe(0);
  });
});
