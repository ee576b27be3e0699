import { describe, expect, it } from "vitest";
import { gutterFor, linesFor, padOf } from "./gutter.ts";

describe("names beside the chart", () => {
  it("get the room that the longest needs", () => {
    expect(gutterFor(114, 390)).toBe(114 + padOf(390));
    expect(gutterFor(10, 390)).toBe(96);
    expect(gutterFor(230, 1000)).toBe(230 + padOf(1000));
  });

  it("are never cut: what is too long for half of the page takes more lines", () => {
    for (const room_px of [320, 390, 720, 1024, 1068, 1440]) {
      for (let name_px = 1; name_px < 4000; name_px += 37) {
        const gutter_px = gutterFor(name_px, room_px);
        const lines = linesFor(name_px, gutter_px, room_px);
        expect(gutter_px).toBeLessThanOrEqual(0.46 * room_px + 1);
        expect(lines * (gutter_px - padOf(room_px))).toBeGreaterThanOrEqual(name_px);
      }
    }
  });
});
