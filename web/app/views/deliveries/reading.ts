/// What became of messages, from any table that tells when they were made, when they arrived and why
/// they did not. A table may have millions of rows: causes are counted by the server, delays drawn
/// from rows spread evenly over the table.
import * as api from "../../state/api.ts";

export interface Outcome {
  total: number;
  delivered: number;
  /// Most frequent first.
  causes: { cause: string; count: number }[];
  /// Seconds from making to arrival, in order.
  delays_s: number[];
  /// How many rows `delays_s` was drawn from.
  drawn: number;
}

const TABLE = "deliveries";
const CAUSES_MAX = 24;
const PAGES = 5;
const PAGE = 2000;

export async function readOutcome(run: number, ask: typeof api.table = api.table): Promise<Outcome> {
  const where = (...conditions: string[]) => ask(run, TABLE, { where: conditions, columns: ["cause"], limit: 1 });
  const { total } = await ask(run, TABLE, { columns: ["cause"], limit: 1 });
  const delivered = (await where("delivered_s:ge:0")).total;
  const causes = await countCauses(where);
  const delays_s: number[] = [];
  let drawn = 0;
  for (const offset of offsets(total)) {
    const { rows } = await ask(run, TABLE, { columns: ["created_s", "delivered_s"], offset, limit: PAGE });
    drawn += rows.length;
    for (const [created, arrived] of rows) {
      if (typeof created === "number" && typeof arrived === "number") delays_s.push(arrived - created);
    }
  }
  return { total, delivered, causes, delays_s: delays_s.sort((a, b) => a - b), drawn };
}

/// Ask for a row of a cause that is not known yet, until there is none.
async function countCauses(where: (...conditions: string[]) => Promise<api.TablePage>): Promise<Outcome["causes"]> {
  const causes: Outcome["causes"] = [];
  while (causes.length < CAUSES_MAX) {
    const others = causes.map(({ cause }) => `cause:ne:${cause}`);
    const cause = (await where("cause:ne:", ...others)).rows[0]?.[0];
    if (typeof cause !== "string") break;
    causes.push({ cause, count: (await where(`cause:eq:${cause}`)).total });
  }
  return causes.sort((a, b) => b.count - a.count);
}

function offsets(total: number): number[] {
  if (total <= PAGES * PAGE) return Array.from({ length: Math.ceil(total / PAGE) }, (_, k) => k * PAGE);
  return Array.from({ length: PAGES }, (_, k) => Math.floor((k * (total - PAGE)) / (PAGES - 1)));
}
