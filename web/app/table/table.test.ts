import { describe, expect, it, vi } from "vitest";
import type { Column, TablePage } from "../state/api.ts";
import { atMoment, opsOf, spelled, words } from "./conditions.ts";
import { PAGE, Pages } from "./pages.ts";
import { Widths } from "./widths.ts";
import { heightOf, inSight, ROW_PX, scrolledTo } from "./window.ts";

const RANGE: Column = { name: "range_min_m", type: "number", unit: "m", meaning: "" };

describe("conditions", () => {
  it("are written in the header's unit and asked in the table's", () => {
    const condition = { column: "range_min_m", op: "ge", value: "0.3" } as const;
    expect(spelled(condition, [RANGE])).toBe("range_min_m:ge:300");
    expect(words(condition, [RANGE])).toBe("range min ≥ 0.3 km");
  });

  it("leave words as they are, colons too", () => {
    expect(spelled({ column: "source", op: "has", value: " a:b " }, [])).toBe("source:has:a:b");
  });

  it("ask for what holds at a moment", () => {
    const named = (name: string): Column => ({ ...RANGE, name, unit: "s" });
    const asked = (columns: Column[]) => atMoment(columns, 150, 60).map((each) => spelled(each, columns));
    expect(asked([named("start_s"), named("end_s")])).toEqual(["start_s:le:150", "end_s:gt:150"]);
    expect(asked([named("time_s")])).toEqual(["time_s:ge:120", "time_s:le:150"]);
    expect(asked([RANGE])).toEqual([]);
  });

  it("offer what a column can answer", () => {
    expect(opsOf(RANGE)).not.toContain("has");
    expect(opsOf({ ...RANGE, type: "text" })[0]).toBe("has");
  });
});

describe("widths", () => {
  const text: Column = { name: "reason", type: "text", unit: "", meaning: "" };
  const ruler = (words: string) => 7 * words.length;

  it("make room for all that was seen, whatever its length and order", () => {
    for (let seed = 1; seed < 40; seed += 1) {
      const words = Array.from({ length: 30 }, (_, k) => "n".repeat(1 + ((seed * 7919 * (k + 1)) % 180)));
      const widths = new Widths(ruler);
      words.forEach((word) => widths.take(text, word));
      const room_px = widths.of(text);
      expect(words.every((word) => ruler(word) + 20 <= room_px)).toBe(true);
    }
  });

  it("never shrink, hold the header, and end somewhere", () => {
    const widths = new Widths(ruler);
    expect(widths.of({ ...text, name: "a_very_long_heading" })).toBeGreaterThan(7 * 19);
    widths.take(text, "n".repeat(40));
    const before = widths.of(text);
    widths.take(text, "n");
    expect(widths.of(text)).toBe(before);
    widths.take(text, "n".repeat(100_000));
    expect(widths.of(text)).toBe(1600);
  });
});

describe("the window", () => {
  it("shows the rows of a short table one by one", () => {
    expect(inSight(100, 3 * ROW_PX, 10 * ROW_PX)).toEqual({ first: 3, end: 14, y: 0 });
  });

  it("reaches both ends of a table too high for a browser", () => {
    const rows = 20_000_000;
    const room = 520;
    expect(inSight(rows, 0, room).first).toBe(0);
    expect(inSight(rows, heightOf(rows) - room, room).end).toBe(rows);
    expect(heightOf(rows)).toBeLessThan(17e6);
  });

  it("scrolls no further than needed", () => {
    expect(scrolledTo(5, 100, 0, 260)).toBe(0);
    expect(scrolledTo(20, 100, 0, 260)).toBe(21 * ROW_PX - 260);
    expect(scrolledTo(2, 100, 1000, 260)).toBe(2 * ROW_PX);
    const top = scrolledTo(12_345_678, 20_000_000, 0, 520);
    const { first, end } = inSight(20_000_000, top, 520);
    expect(first <= 12_345_678 && 12_345_678 < end).toBe(true);
  });
});

describe("pages", () => {
  const answer = (offset: number): TablePage => ({
    columns: [RANGE], total: 1000, offset, rows: Array.from({ length: PAGE }, (_, k) => [offset + k]),
  });
  const wish = { run: 0, table: "contacts", where: [], sort: null, descending: false };

  it("come when they are needed, once", async () => {
    const ask = vi.fn(async (_run: number, _name: string, { offset = 0 } = {}) => answer(offset));
    const pages = new Pages(wish, ask);
    pages.need(390, 410);
    pages.need(390, 410);
    await vi.waitFor(() => expect(pages.row(405)).toEqual([405]));
    expect(ask.mock.calls.map(([, , query]) => query?.offset)).toEqual([0, 200, 400]);
    expect(pages.total.value).toBe(1000);
    expect(pages.row(700)).toBeNull();
  });

  it("say in the server's words what went wrong", async () => {
    const pages = new Pages(wish, () => Promise.reject(new Error("too many to sort")));
    await vi.waitFor(() => expect(pages.problem.value).toBe("too many to sort"));
  });
});
