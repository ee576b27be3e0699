import { describe, expect, it } from "vitest";
import { roomOf } from "./labels.ts";

describe("names on the globe", () => {
  it("stand within the picture wherever one side has room for them", () => {
    for (const width of [390, 1000]) {
      for (let x = 0; x <= width; x += 13) {
        for (const name of ["A", "Kuala Lumpur gateway"]) {
          const { left, right } = roomOf({ x, y: 0 }, name, width);
          expect(left === x || right === x).toBe(true);
          expect(right, `${name} at ${x} of ${width}`).toBeLessThanOrEqual(width);
          expect(left).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });

  it("stand to the right where neither has", () => {
    expect(roomOf({ x: 30, y: 5 }, "Kuala Lumpur gateway", 100)).toMatchObject({ left: 30, y: 5 });
  });
});
