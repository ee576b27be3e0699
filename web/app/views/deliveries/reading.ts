/// What became of messages. A table may have millions of rows, so the server counts and sorts, and
/// causes that nobody here knows of are found by asking.
import * as api from "../../state/api.ts";
import { ordered } from "../../table/ordered.ts";

export const TABLE = "deliveries";
export const HOURS = "deliveries_by_hour";

export interface Outcome {
  total: number;
  delivered: number;
  /// Most frequent first.
  causes: { cause: string; count: number }[];
  /// Of those delivered, in order, evenly spread where they are many. [s]
  delays_s: number[];
}

const CAUSES_MAX = 24;

export async function readOutcome(run: number, ask: typeof api.table = api.table): Promise<Outcome> {
  const where = (...conditions: string[]) => ask(run, TABLE, { where: conditions, columns: ["cause"], limit: 1 });
  return {
    total: (await where()).total,
    delivered: (await where("delivered_s:ge:0")).total,
    causes: await countCauses(where),
    delays_s: await ordered(run, TABLE, "delay_s", ["delivered_s:ge:0"], ask),
  };
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

/// Hours from the start and the share that arrived of what was made in each.
export async function readHours(run: number): Promise<{ x: number; y: number }[]> {
  const { rows } = await api.table(run, HOURS, { columns: ["time_s", "share_delivered"], sort: "time_s", limit: 2000 });
  return rows.flatMap(([time, share]) => (typeof time === "number" && typeof share === "number" ? [{ x: time / 3600, y: share }] : []));
}
