import { describe, expect, it } from "vitest";
import { readPlace, writePlace, type Place } from "./address.ts";
import { stepped } from "./clock.ts";
import { flat } from "./figures.ts";
import { isPart, sameSubject, type Subject } from "./subject.ts";

const PLACE: Place = {
  view: "links",
  run: 1,
  t_s: 3600.5,
  subject: { kind: "path", route: 0, source: "Xi'an", target: "São Paulo & co" },
  camera: { longitude_deg: 116.41, latitude_deg: -30, distance: 3.25 },
  span: { from_s: 3000, to_s: 7000 },
};

describe("the address", () => {
  it("says all that is seen, and is read back", () => {
    expect(readPlace(writePlace(PLACE))).toEqual(PLACE);
  });

  it("is readable", () => {
    expect(writePlace({ ...PLACE, subject: null })).toBe("#view=links&run=1&t=3600.5&span=3000,7000&camera=116.41,-30,3.25");
  });

  it("forgives what is no place", () => {
    expect(readPlace("#view=moon&run=-3&t=soon&camera=1,2&span=5&source=A")).toEqual({
      view: "globe", run: 0, t_s: 0, subject: null, camera: null, span: null,
    });
  });
});

describe("what is selected", () => {
  const link: Subject = { kind: "link", source: "A", target: "B" };

  it("has its ends as parts", () => {
    expect([isPart(link, "A"), isPart(link, "C"), isPart(null, "A")]).toEqual([true, false, false]);
  });

  it("is the same by its names", () => {
    expect(sameSubject(link, { ...link })).toBe(true);
    expect(sameSubject(link, { kind: "path", route: 0, source: "A", target: "B" })).toBe(false);
  });
});

describe("steps", () => {
  it("go to whole steps, from between them as well", () => {
    expect(stepped(90, 60, 1)).toBe(120);
    expect(stepped(90, 60, -1)).toBe(60);
    expect(stepped(120, 60, -1)).toBe(60);
    expect(stepped(0.1 + 0.2, 0.1, 1)).toBeCloseTo(0.4, 9);
  });
});

describe("key figures", () => {
  it("lie flat by their path, without what names the run", () => {
    const found = flat({ name: "x", a: { b: 1, c: [{ d: null }] } });
    expect([...found]).toEqual([["a.b", 1], ["a.c.0.d", null]]);
  });
});
