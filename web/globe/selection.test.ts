import { describe, expect, it } from "vitest";
import { sharesOf } from "./selection.ts";

describe("shares of a way", () => {
  it("go by length", () => {
    expect(sharesOf([[0, 0, 0], [3, 4, 0], [3, 4, 15]])).toEqual([0, 0.25, 1]);
  });

  it("stay finite where nothing is between", () => {
    expect(sharesOf([[1, 1, 1]])).toEqual([0]);
    expect(sharesOf([[0, 0, 0], null, [0, 0, 9]])).toEqual([0, 0, 0]);
  });
});
