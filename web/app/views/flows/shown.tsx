/// What flows carry, and the links that are fullest.
import { courseOf, summed } from "../../state/courses.ts";
import { valueAt } from "../../state/meetings.ts";
import { quantity } from "../../words/quantities.ts";
import type { Shown } from "../shown.ts";
import { Busiest, loads } from "./busiest.tsx";

interface FlowFigures {
  carried_mean_bps: number | null;
  share_served: number | null;
}

const ROWS_MAX = 20_000;
const carried = courseOf("flow_rates", ["time_s", "rate_bps"], summed, ROWS_MAX);

export const shown: Shown = {
  tiles(known, t_s) {
    const flows = known["flows"] as FlowFigures | null | undefined;
    if (!flows) return [];
    const series = carried.value ?? undefined;
    return [
      {
        rank: 20,
        name: "Carried",
        value: quantity((series && valueAt(series, t_s)) ?? flows.carried_mean_bps, "bit/s"),
        note: `${quantity(flows.share_served, "share").text} % of the demand`,
        series,
      },
    ];
  },
  now: {
    rank: 10,
    there: () => loads.value !== null,
    List: Busiest,
    more: "For loads add [[flows]] to the scenario and run it again.",
  },
};
