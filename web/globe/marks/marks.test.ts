import { describe, expect, it } from "vitest";
import { syntheticScene, type Wishes } from "../../scene/synthetic.ts";
import type { Visible } from "../contract.ts";
import { createUniforms } from "../stage.ts";
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
