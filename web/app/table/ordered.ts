/// The numbers of a column in order, without reading a long table: the server sorts, and places
/// spread evenly over the order are asked for.
import * as api from "../state/api.ts";

const WHOLE_MAX = 10_000;
const PAGE = 2000;
const PLACES = 101;

/// All numbers of a short table; of a long one the 0th, 1st ... 100th of a hundred parts.
export async function ordered(
  run: number,
  table: string,
  column: string,
  where: string[] = [],
  ask: typeof api.table = api.table,
): Promise<number[]> {
  const page = (offset: number, limit: number) => ask(run, table, { columns: [column], where, sort: column, offset, limit });
  const { total } = await page(0, 1);
  const pages =
    total <= WHOLE_MAX
      ? Array.from({ length: Math.ceil(total / PAGE) }, (_, k) => page(k * PAGE, PAGE))
      : Array.from({ length: PLACES }, (_, k) => page(Math.round((k * (total - 1)) / (PLACES - 1)), 1));
  const cells = (await Promise.all(pages)).flatMap(({ rows }) => rows.map(([cell]) => cell));
  return cells.filter((cell): cell is number => typeof cell === "number");
}
