/// A made-up scene with closed forms behind it, for tests and for looking at the globe without a run.
import type { Beams, Contacts, Group, Paths, Scene } from "./scene.ts";

const EARTH_RADIUS_M = 6378137;
const EARTH_RATE = 7.292115e-5;
const EARTH_MU = 3.986004418e14;
const DEG = Math.PI / 180;

export interface Wishes {
  planes: number;
  perPlane: number;
  altitude_m: number;
  inclination_deg: number;
  sites: number;
  duration_s: number;
  step_s: number;
  /// Movers below the orbits, half of them airships.
  flyers: number;
}

const CITIES: [string, number, number][] = [
  ["Beijing", 39.9, 116.4], ["Wuhan", 30.6, 114.3], ["Kashgar", 39.5, 76.0], ["Sanya", 18.3, 109.5],
  ["Singapore", 1.3, 103.8], ["Nairobi", -1.3, 36.8], ["Frankfurt", 50.1, 8.7], ["Santiago", -33.4, -70.7],
  ["Perth", -31.9, 115.9], ["Tokyo", 35.7, 139.7], ["Delhi", 28.6, 77.2], ["Cairo", 30.0, 31.2],
  ["Lagos", 6.5, 3.4], ["London", 51.5, -0.1], ["New York", 40.7, -74.0], ["Los Angeles", 34.1, -118.2],
  ["Honolulu", 21.3, -157.9], ["Auckland", -36.8, 174.8], ["Suva", -18.1, 178.4], ["Sydney", -33.9, 151.2],
];

type Vector = [number, number, number];

/// A circular orbit seen from the turning Earth: the closed form that positions are held against.
export function circular(wishes: Wishes, satellite: number, t_s: number): { at: Vector; going: Vector } {
  const { planes, perPlane, altitude_m, inclination_deg } = wishes;
  const plane = Math.floor(satellite / perPlane);
  const radius = EARTH_RADIUS_M + altitude_m;
  const rate = Math.sqrt(EARTH_MU / radius ** 3);
  const node = (2 * Math.PI * plane) / planes - EARTH_RATE * t_s;
  const slot = satellite % perPlane;
  const phase = 2 * Math.PI * (slot / perPlane + (plane * 17) / (planes * perPlane)) + rate * t_s;
  const tilt = inclination_deg * DEG;
  const [cu, su, cn, sn] = [Math.cos(phase), Math.sin(phase), Math.cos(node), Math.sin(node)];
  const [ci, si] = [Math.cos(tilt), Math.sin(tilt)];
  const at: Vector = [
    radius * (cu * cn - su * ci * sn),
    radius * (cu * sn + su * ci * cn),
    radius * su * si,
  ];
  const speed = radius * rate;
  const inertial: Vector = [
    speed * (-su * cn - cu * ci * sn),
    speed * (-su * sn + cu * ci * cn),
    speed * cu * si,
  ];
  return { at, going: [inertial[0] + EARTH_RATE * at[1], inertial[1] - EARTH_RATE * at[0], inertial[2]] };
}

export function syntheticScene(wishes: Wishes): Scene {
  const satellites = wishes.planes * wishes.perPlane;
  const names = siteNames(wishes.sites);
  const groups: Group[] = [
    { name: "shell", layer: "space", motion: "walker", count: satellites, relay: true },
    { name: "gateways", layer: "ground", motion: "sites", count: names.length, relay: true },
    { name: "airships", layer: "near_space", motion: "loiter", count: Math.ceil(wishes.flyers / 2), relay: true },
    { name: "aircraft", layer: "air", motion: "track", count: Math.floor(wishes.flyers / 2), relay: false },
  ];
  const count = satellites + names.length + wishes.flyers;
  const site = new Float32Array(3 * count).fill(NaN);
  names.forEach(({ at }, k) => site.set(at, 3 * (satellites + k)));
  const scene: Scene = {
    format: 1,
    skyweft: "0",
    name: "synthetic",
    description: "A made-up shell",
    start: "2026-07-01T00:00:00Z",
    duration_s: wishes.duration_s,
    simulated_s: wishes.duration_s,
    complete: true,
    from_s: 0,
    to_s: wishes.duration_s,
    hash: "0",
    groups,
    platforms: {
      name: [
        ...Array.from({ length: satellites }, (_, k) => `shell-${String(k).padStart(4, "0")}`),
        ...names.map(({ name }) => name),
        ...Array.from({ length: wishes.flyers }, (_, k) => (k % 2 === 0 ? "airship-" : "flight-") + k),
      ],
      group: [
        ...Array<number>(satellites).fill(0),
        ...Array<number>(names.length).fill(1),
        ...Array.from({ length: wishes.flyers }, (_, k) => (k % 2 === 0 ? 2 : 3)),
      ],
      track: [
        ...Array.from({ length: satellites }, (_, k) => k),
        ...Array<number>(names.length).fill(-1),
        ...Array.from({ length: wishes.flyers }, (_, k) => satellites + k),
      ],
    },
    rules: [
      { name: "laser/laser", kind: "optical", elevation_min_deg: null, between: ["laser", "laser"], beams: null },
      { name: "ka/ka", kind: "radio", elevation_min_deg: 25, between: ["ka_user", "ka_satellite"], beams: { count: 8, width_deg: 6 } },
    ],
    routes: [{ sources: ["gateways"], targets: ["gateways"], step_s: 60 }],
    notes: [],
    site,
    tracks: [shellTrack(wishes), flyerTrack(wishes)],
    sunAt: sunTable(wishes.duration_s),
    contacts: { rule: new Int32Array(), source: new Int32Array(), target: new Int32Array(), start: new Float32Array(), end: new Float32Array() },
    load: { time: new Float32Array(), first: new Int32Array(), source: new Int32Array(), target: new Int32Array(), utilisation: new Float32Array() },
    bursts: [],
    outages: { platform: new Int32Array(), other: new Int32Array(), start: new Float32Array(), end: new Float32Array() },
    charges: { platform: new Int32Array(), first: new Int32Array([0]), time: new Float32Array(), share: new Float32Array() },
    drifts: { platform: new Int32Array(), start: new Float32Array(), end: new Float32Array() },
    beams: { time: new Float32Array(), first: new Int32Array([0]), rule: new Int32Array(), platform: new Int32Array(), centre: new Int32Array(), users: new Int32Array(), utilisation: new Float32Array() },
    paths: { route: new Int32Array(), time: new Float32Array(), source: new Int32Array(), target: new Int32Array(), first: new Int32Array([0]), node: new Int32Array(), delay: new Float32Array() },
  };
  scene.contacts = contacts(wishes, names);
  scene.load = load(scene);
  scene.beams = beams(scene);
  scene.paths = path(scene, satellites, satellites + 5);
  return scene;
}

function siteNames(count: number): { name: string; at: Vector }[] {
  return Array.from({ length: count }, (_, k) => {
    const golden = (k * 137.508) % 360;
    const [name, lat, lon] = CITIES[k] ?? [`site-${k}`, 60 * Math.sin(k * 12.9898), golden - 180];
    return { name, at: ground(lat, lon, 0) };
  });
}

function ground(lat_deg: number, lon_deg: number, up_m: number): Vector {
  const oblate = 0.00669437999014;
  const [lat, lon] = [lat_deg * DEG, lon_deg * DEG];
  const n = EARTH_RADIUS_M / Math.sqrt(1 - oblate * Math.sin(lat) ** 2);
  const across = (n + up_m) * Math.cos(lat);
  return [across * Math.cos(lon), across * Math.sin(lon), (n * (1 - oblate) + up_m) * Math.sin(lat)];
}

function shellTrack(wishes: Wishes) {
  const movers = wishes.planes * wishes.perPlane;
  const knots = Math.floor(wishes.duration_s / wishes.step_s) + 1;
  const time = Float64Array.from({ length: knots }, (_, k) => k * wishes.step_s);
  const position = new Float32Array(3 * knots * movers);
  const velocity = new Float32Array(3 * knots * movers);
  time.forEach((t_s, knot) => {
    for (let mover = 0; mover < movers; mover += 1) {
      const { at, going } = circular(wishes, mover, t_s);
      position.set(at, 3 * (knot * movers + mover));
      velocity.set(going, 3 * (knot * movers + mover));
    }
  });
  return { time, position, velocity, movers };
}

/// Airships that drift over China and aircraft that fly east, from 10 s knots.
function flyerTrack(wishes: Wishes) {
  const movers = wishes.flyers;
  const knots = Math.floor(wishes.duration_s / 10) + 1;
  const time = Float64Array.from({ length: knots }, (_, k) => 10 * k);
  const position = new Float32Array(3 * knots * movers);
  const velocity = new Float32Array(3 * knots * movers);
  const at = (mover: number, t_s: number): Vector => {
    const airship = mover % 2 === 0;
    const [lat, lon] = [20 + 3.1 * mover, 75 + ((mover * 23) % 60)];
    const pace = airship ? 1e-4 : 2.5e-3;
    return ground(lat + 0.4 * Math.sin(t_s / 900), lon + pace * t_s, airship ? 20e3 : 11e3);
  };
  time.forEach((t_s, knot) => {
    for (let mover = 0; mover < movers; mover += 1) {
      const [a, b] = [at(mover, t_s), at(mover, t_s + 1)];
      position.set(a, 3 * (knot * movers + mover));
      velocity.set(a.map((x, i) => b[i]! - x), 3 * (knot * movers + mover));
    }
  });
  return { time, position, velocity, movers };
}

function sunTable(duration_s: number): Float32Array {
  const rows: number[] = [];
  for (let t = 0; t <= duration_s + 600; t += 600) {
    const hour = Math.PI - 0.3 - (2 * Math.PI * (t + 10800)) / 86400;
    const tilt = 23 * DEG;
    rows.push(t, Math.cos(tilt) * Math.cos(hour), Math.cos(tilt) * Math.sin(hour), Math.sin(tilt));
  }
  return Float32Array.from(rows);
}

/// The +grid for the whole run, and what stands above 25 degrees, minute by minute.
function contacts(wishes: Wishes, sites: { at: Vector }[]): Contacts {
  const { planes, perPlane, duration_s } = wishes;
  const satellites = planes * perPlane;
  const rows: [number, number, number, number, number][] = [];
  for (let k = 0; k < satellites; k += 1) {
    const plane = Math.floor(k / perPlane);
    rows.push([0, k, plane * perPlane + ((k + 1) % perPlane), 0, duration_s]);
    if (plane < planes - 1) rows.push([0, k, k + perPlane, 0, duration_s]);
  }
  const lasting = new Map<string, number>();
  for (let t_s = 0; t_s < duration_s; t_s += 60) {
    const places = Array.from({ length: satellites }, (_, k) => circular(wishes, k, t_s).at);
    sites.forEach(({ at }, s) => {
      for (const [k, place] of places.entries()) {
        if (sineOfElevation(at, place) < Math.sin(25 * DEG)) continue;
        const key = `${k} ${s}`;
        const row = lasting.get(key);
        if (row !== undefined && rows[row]![4] === t_s) rows[row]![4] = t_s + 60;
        else lasting.set(key, rows.push([1, satellites + s, k, t_s, t_s + 60]) - 1);
      }
    });
  }
  return {
    rule: Int32Array.from(rows, (row) => row[0]),
    source: Int32Array.from(rows, (row) => row[1]),
    target: Int32Array.from(rows, (row) => row[2]),
    start: Float32Array.from(rows, (row) => row[3]),
    end: Float32Array.from(rows, (row) => row[4]),
  };
}

function sineOfElevation(site: Vector, at: Vector): number {
  const way = at.map((x, i) => x - site[i]!);
  const rise = way.reduce((sum, x, i) => sum + x * site[i]!, 0);
  return rise / Math.hypot(...way) / Math.hypot(...site);
}

function load({ contacts: { rule, source, target }, duration_s }: Scene) {
  const time: number[] = [];
  const first = [0];
  const rows: [number, number, number][] = [];
  for (let t = 0; t < duration_s; t += 60) {
    time.push(t);
    rule.forEach((r, c) => {
      if (r === 0 && c % 9 === 0) rows.push([source[c]!, target[c]!, (0.37 + c * 0.61803 + t / 9000) % 1]);
    });
    first.push(rows.length);
  }
  return {
    time: Float32Array.from(time),
    first: Int32Array.from(first),
    source: Int32Array.from(rows, (row) => row[0]),
    target: Int32Array.from(rows, (row) => row[1]),
    utilisation: Float32Array.from(rows, (row) => row[2]),
  };
}

/// A beam for everyone in contact with a satellite, every five minutes but the third time.
function beams({ contacts: c, duration_s }: Scene): Beams {
  const time: number[] = [];
  const first = [0];
  const rows: [number, number, number][] = [];
  for (let t_s = 0; t_s < duration_s; t_s += 300) {
    time.push(t_s);
    c.rule.forEach((rule, k) => {
      if (rule !== 1 || t_s === 600 || c.start[k]! > t_s || c.end[k]! <= t_s) return;
      rows.push([c.target[k]!, c.source[k]!, (0.11 + k * 0.61803) % 1]);
    });
    first.push(rows.length);
  }
  return {
    time: Float32Array.from(time),
    first: Int32Array.from(first),
    rule: new Int32Array(rows.length).fill(1),
    platform: Int32Array.from(rows, (row) => row[0]),
    centre: Int32Array.from(rows, (row) => row[1]),
    users: new Int32Array(rows.length).fill(1),
    utilisation: Float32Array.from(rows, (row) => row[2]),
  };
}

/// Fewest hops between two platforms, minute by minute.
function path({ contacts: c, platforms, duration_s }: Scene, from: number, to: number): Paths {
  const time: number[] = [];
  const first = [0];
  const node: number[] = [];
  for (let t_s = 0; t_s < duration_s; t_s += 60) {
    const next: number[][] = platforms.name.map(() => []);
    c.rule.forEach((_, k) => {
      if (c.start[k]! > t_s || c.end[k]! <= t_s) return;
      next[c.source[k]!]!.push(c.target[k]!);
      next[c.target[k]!]!.push(c.source[k]!);
    });
    const before = new Map([[from, from]]);
    const queue = [from];
    for (let at = 0; at < queue.length && !before.has(to); at += 1) {
      for (const other of next[queue[at]!]!) {
        if (before.has(other)) continue;
        before.set(other, queue[at]!);
        queue.push(other);
      }
    }
    const nodes: number[] = [];
    if (before.has(to)) {
      for (let at = to; at !== from; at = before.get(at)!) nodes.unshift(at);
      nodes.unshift(from);
    }
    node.push(...nodes);
    time.push(t_s);
    first.push(node.length);
  }
  return {
    route: new Int32Array(time.length),
    time: Float32Array.from(time),
    source: new Int32Array(time.length).fill(from),
    target: new Int32Array(time.length).fill(to),
    first: Int32Array.from(first),
    node: Int32Array.from(node),
    delay: new Float32Array(time.length).fill(0.06),
  };
}
