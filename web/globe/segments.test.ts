import { describe, expect, it, vi } from "vitest";
import type { Scene } from "../scene/index.ts";
import { Segments } from "./segments.ts";

const piece = (from_s: number, to_s: number) => ({ from_s, to_s, simulated_s: 3000 }) as Scene;
const settled = () => new Promise((resolve) => setTimeout(resolve));

function segments() {
  const more = vi.fn((from_s: number, to_s: number) => Promise.resolve(piece(from_s, to_s)));
  const arrived = vi.fn();
  return { more, arrived, of: new Segments(piece(0, 1000), more, arrived) };
}

describe("the run in pieces", () => {
  it("asks for the next when most of this one has passed, once", async () => {
    const { more, arrived, of } = segments();
    of.moveTo(600);
    expect(more).not.toHaveBeenCalled();
    of.moveTo(701);
    of.moveTo(702);
    await settled();
    of.moveTo(703);
    expect(more.mock.calls).toEqual([[1000, 2000]]);
    expect(arrived).toHaveBeenCalledOnce();
  });

  it("goes over to it where this one ends", async () => {
    const { of } = segments();
    of.moveTo(900);
    await settled();
    expect(of.moveTo(1000)).toBe(false);
    expect(of.moveTo(1000.1)).toBe(true);
    expect(of.scene.from_s).toBe(1000);
  });

  it("fetches around a time far off, and asks for nothing after the end", async () => {
    const { more, of } = segments();
    of.moveTo(2500);
    await settled();
    expect(of.moveTo(2500)).toBe(true);
    of.moveTo(2999);
    expect(more.mock.calls).toEqual([[2400, 3000]]);
  });

  it("keeps what it has when the server is gone", async () => {
    const of = new Segments(piece(0, 1000), () => Promise.reject(new Error("gone")), vi.fn());
    of.moveTo(900);
    await settled();
    expect(of.moveTo(1500)).toBe(false);
    expect(of.scene.to_s).toBe(1000);
  });
});
