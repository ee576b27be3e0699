import { describe, expect, it } from "vitest";
import type { Figures } from "../../state/figures.ts";
import { differences } from "./differences.ts";

const one = { name: "one", contacts: { total: 100, median_s: null }, flows: { busiest_links: [{ source: "a" }] } };
const other = { name: "other", contacts: { total: 150, median_s: 5 }, coverage: { cells: { places: 3 } } };

describe("differences", () => {
  it("stand for every figure that either run has", () => {
    expect(differences(one as unknown as Figures, other as unknown as Figures)).toEqual([
      { path: "contacts.total", one: 100, other: 150, change: 50, relative: 0.5 },
      { path: "contacts.median_s", one: null, other: 5, change: null, relative: null },
      { path: "coverage.cells.places", one: undefined, other: 3, change: null, relative: null },
    ]);
  });
});
