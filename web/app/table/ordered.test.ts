import { expect, it } from "vitest";
import type { TableQuery } from "../state/api.ts";
import { ordered } from "./ordered.ts";

it("takes a hundred parts of a long table", async () => {
  const long = Array.from({ length: 10_101 }, (_, k) => k);
  const ask = async (_run: number, _name: string, { offset = 0, limit = 200 }: TableQuery = {}) => ({
    columns: [], total: long.length, offset, rows: long.slice(offset, offset + limit).map((each) => [each]),
  });
  expect(await ordered(0, "t", "delay_s", [], ask)).toEqual(Array.from({ length: 101 }, (_, k) => 101 * k));
});
