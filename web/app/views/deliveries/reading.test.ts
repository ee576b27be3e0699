import { describe, expect, it } from "vitest";
import type { Cell, TableQuery } from "../../state/api.ts";
import { ordered } from "../../table/ordered.ts";
import { readOutcome } from "./reading.ts";

/// A server of one table that understands what is asked here.
function serverOf(rows: Record<string, Cell>[]) {
  return async (_run: number, _name: string, query: TableQuery = {}) => {
    const { where = [], columns = [], sort, offset = 0, limit = 200 } = query;
    const found = rows.filter((row) =>
      where.every((condition) => {
        const [column, op, value] = condition.split(":") as [string, string, string];
        const cell = row[column];
        if (op === "eq") return cell === value;
        if (op === "ne") return cell !== value;
        return typeof cell === "number" && cell >= Number(value);
      }),
    );
    if (sort) found.sort((a, b) => Number(a[sort] ?? Infinity) - Number(b[sort] ?? Infinity));
    const page = found.slice(offset, offset + limit);
    return { columns: [], total: found.length, offset, rows: page.map((row) => columns.map((name) => row[name] ?? null)) };
  };
}

const lost = (cause: string) => ({ delivered_s: null, delay_s: null, cause });
const rows = [
  { delivered_s: 40, delay_s: 30, cause: "" },
  { delivered_s: 5, delay_s: 5, cause: "" },
  lost("collision"), lost("expired"), lost("collision"),
];

describe("readOutcome", () => {
  it("counts causes that nobody told it of, most frequent first", async () => {
    expect(await readOutcome(0, serverOf(rows))).toEqual({
      total: 5, delivered: 2, delays_s: [5, 30],
      causes: [{ cause: "collision", count: 2 }, { cause: "expired", count: 1 }],
    });
  });
});

describe("ordered", () => {
  it("takes a hundred parts of a long table", async () => {
    const long = Array.from({ length: 10_101 }, (_, k) => ({ delay_s: 10_100 - k }));
    const found = await ordered(0, "t", "delay_s", [], serverOf(long));
    expect(found).toEqual(Array.from({ length: 101 }, (_, k) => 101 * k));
  });
});
