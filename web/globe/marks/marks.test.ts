import { describe, expect, it } from "vitest";
import { syntheticScene, type Wishes } from "../../scene/synthetic.ts";
import type { Visible } from "../contract.ts";
import { createUniforms } from "../stage.ts";
import { BeamMarks, groundAlong } from "./beams.ts";
import { elevationMasks } from "./footprints.ts";
import { LinkMarks } from "./links.ts";
import { moversOf } from "./tracks.ts";

const wishes: Wishes = {
  planes: 8,
  perPlane: 10,
  altitude_m: 1200e3,
  inclination_deg: 60,
  sites: 10,
  duration_s: 1200,
  step_s: 120,
  flyers: 4,
};
const scene = syntheticScene(wishes);
const everything: Visible = {
  layers: {},
  rules: {},
  links: true,
  utilisation: true,
  beams: true,
  tracks: "none",
  footprints: "none",
  labels: true,
  night: true,
  graticule: true,
  stars: true,
};

function drawn(visible: Partial<Visible>, of = scene, t_s = 600) {
  const links = new LinkMarks(createUniforms());
  links.load(of);
  links.show({ ...everything, ...visible });
  links.setTime(t_s);
  const { geometry } = links.objects[0]!;
  const lit = geometry.getAttribute("lit").array as Float32Array;
  const now = t_s - of.from_s;
  let on = 0;
  for (let k = 0; k < lit.length; k += 2) if (now >= lit[k]! && now < lit[k + 1]!) on += 1;
  return { links, on, look: geometry.getAttribute("look") };
}

const inForce = (t_s: number, of = scene) =>
  of.contacts.start.filter((start, c) => start <= t_s && t_s < of.contacts.end[c]!).length;

describe("links", () => {
  it("are those of the contacts in force", () => {
    for (const t_s of [0, 59, 600, 1199]) expect(drawn({}, scene, t_s).on).toBe(inForce(t_s));
  });

  it("stay so when there are too many contacts for one buffer", () => {
    const count = scene.contacts.rule.length;
    const contacts = chosen(Array.from({ length: 40_000 }, (_, k) => k % count));
    const many = { ...scene, contacts };
    expect(drawn({}, many, 777).on).toBe(inForce(777, many));
  });

  it("go with their rule and with the layer of either end", () => {
    const ofLasers = [...scene.contacts.rule.keys()].filter((c) => scene.contacts.rule[c] === 0);
    const lasers = inForce(600, { ...scene, contacts: chosen(ofLasers) });
    expect(drawn({ rules: { 1: false } }).on).toBe(lasers);
    expect(drawn({ layers: { ground: false } }).on).toBe(lasers);
    expect(drawn({ layers: { space: false } }).on).toBe(0);
    expect(drawn({ links: false }).on).toBe(0);
  });

  it("carry the utilisation of the snapshot in force", () => {
    const { look, links } = drawn({});
    const { first, source, target, utilisation } = scene.load;
    const row = first[10]!;
    const ends = (k: number) => links.endsOf(k)!;
    const instance = Array.from({ length: look.count }, (_, k) => k).find(
      (k) => ends(k).source === source[row] && ends(k).target === target[row],
    )!;
    expect(look.getY(instance)).toBeCloseTo(utilisation[row]!, 6);
    expect(drawn({ utilisation: false }).look.getY(instance)).toBe(-1);
  });
});

/// Contacts of these rows.
function chosen(rows: number[]) {
  const { rule, source, target, start, end } = scene.contacts;
  return {
    rule: Int32Array.from(rows, (c) => rule[c]!),
    source: Int32Array.from(rows, (c) => source[c]!),
    target: Int32Array.from(rows, (c) => target[c]!),
    start: Float32Array.from(rows, (c) => start[c]!),
    end: Float32Array.from(rows, (c) => end[c]!),
  };
}

describe("beams", () => {
  function spots(t_s: number, visible: Partial<Visible> = {}) {
    const beams = new BeamMarks(createUniforms());
    beams.load(scene);
    beams.show({ ...everything, ...visible });
    beams.setTime(t_s);
    const { geometry, visible: shown } = beams.objects[0]!;
    const values = [...((geometry.getAttribute("beam")?.array as Float32Array | undefined) ?? [])];
    return shown ? Array.from({ length: values.length / 4 }, (_, k) => values.slice(4 * k, 4 * k + 4)) : [];
  }

  it("are those of the snapshot in force, with half their width", () => {
    const { first, platform, centre, utilisation } = scene.beams;
    const wanted = [];
    for (let row = first[1]!; row < first[2]!; row += 1) {
      wanted.push([platform[row]!, centre[row]!, Math.fround((3 * Math.PI) / 180), utilisation[row]!]);
    }
    expect(wanted.length).toBeGreaterThan(3);
    expect(spots(300)).toEqual(wanted);
    expect(spots(599)).toEqual(wanted);
    expect(spots(900).length).toBe(first[4]! - first[3]!);
  });

  it("are none in a snapshot without, and none that nobody wants to see", () => {
    expect(spots(600)).toEqual([]);
    expect(spots(300, { beams: false })).toEqual([]);
    expect(spots(300, { rules: { 1: false } })).toEqual([]);
    expect(spots(300, { layers: { space: false } })).toEqual([]);
  });

  it("meet the ground where their axis does", () => {
    // Straight down over the pole and the equator: the semi-axes of WGS84.
    expect(groundAlong([0, 0, 7e6], [0, 0, 6.9e6])![2]).toBeCloseTo(6356752.3142, 2);
    expect(groundAlong([0, 7e6, 0], [0, 6.5e6, 0])![1]).toBeCloseTo(6378137, 2);
    // From a satellite to a town: the town itself.
    const [satellite, town] = [[0, 0, 8e6], [3e6, 0, 0]] as [[number, number, number], [number, number, number]];
    town[2] = 6356752.3142 * Math.sqrt(1 - (town[0] / 6378137) ** 2);
    groundAlong(satellite, town)!.forEach((x, i) => expect(x).toBeCloseTo(town[i]!, 2));
    expect(groundAlong([0, 0, 8e6], [1e6, 0, 8e6])).toBeNull();
  });
});

describe("footprints", () => {
  it("take the mask of the rules that a group's contacts came from", () => {
    expect(elevationMasks(scene)).toEqual([25, 25, null, null]);
  });

  it("and tracks belong to movers of the wished groups and to the selected", () => {
    expect(moversOf(scene, "none", 3)).toEqual([]);
    expect(moversOf(scene, "selected", 3)).toEqual([3]);
    expect(moversOf(scene, ["airships"], 3)).toEqual([3, 90, 92]);
    expect(moversOf(scene, ["gateways"], 85)).toEqual([]);
  });
});
