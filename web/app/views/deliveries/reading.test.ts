import { describe, expect, it } from "vitest";
import type { Cell, TableQuery } from "../../state/api.ts";
import { readOutcome } from "./reading.ts";

/// A server of one table that understands what is asked here.
function serverOf(rows: Record<string, Cell>[]) {
  return async (_run: number, _name: string, { where = [], columns = [], offset = 0, limit = 200 }: TableQuery = {}) => {
    const found = rows.filter((row) =>
      where.every((condition) => {
        const [column, op, value] = condition.split(":") as [string, string, string];
        const cell = row[column];
        if (op === "eq") return cell === value;
        if (op === "ne") return cell !== value;
        return typeof cell === "number" && cell >= Number(value);
      }),
    );
    const page = found.slice(offset, offset + limit);
    return { columns: [], total: found.length, offset, rows: page.map((row) => columns.map((name) => row[name] ?? null)) };
  };
}

const lost = (cause: string) => ({ created_s: 0, delivered_s: null, cause });
const rows = [
  { created_s: 10, delivered_s: 40, cause: "" },
  { created_s: 0, delivered_s: 5, cause: "" },
  lost("collision"), lost("expired"), lost("collision"),
];

describe("readOutcome", () => {
  it("counts causes that nobody told it of, most frequent first", async () => {
    const found = await readOutcome(0, serverOf(rows));
    expect(found).toEqual({
      total: 5, delivered: 2, drawn: 5, delays_s: [5, 30],
      causes: [{ cause: "collision", count: 2 }, { cause: "expired", count: 1 }],
    });
  });

  it("draws from all of a long table", async () => {
    const long = Array.from({ length: 50_000 }, (_, k) => ({ created_s: 0, delivered_s: k, cause: "" }));
    const { drawn, delays_s } = await readOutcome(0, serverOf(long));
    expect(drawn).toBe(10_000);
    expect([delays_s[0], delays_s.at(-1)]).toEqual([0, 49_999]);
  });
});
