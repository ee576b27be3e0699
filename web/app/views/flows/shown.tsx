/// What flows carry, and the links that are fullest.
import { courseOf, summed } from "../../state/courses.ts";
import { valueAt } from "../../state/meetings.ts";
import { quantity } from "../../words/quantities.ts";
import type { Shown, Tile } from "../shown.ts";
import { Busiest, loads } from "./busiest.tsx";

interface Users {
  platforms: number;
  share_served: number;
  share_served_by: Record<string, number>;
}

interface FlowFigures {
  carried_mean_bps: number | null;
  share_served: number | null;
  /// Not in the summaries of earlier versions.
  users?: Users[];
}

const ROWS_MAX = 20_000;
const carried = courseOf("flow_rates", ["time_s", "rate_bps"], summed, ROWS_MAX);

/// Users of all groups that get or send anything, and by which layers.
function served(groups: Users[]): Tile[] {
  const users = groups.reduce((sum, group) => sum + group.platforms, 0);
  if (users === 0) return [];
  const mean = (share: (group: Users) => number) =>
    groups.reduce((sum, group) => sum + group.platforms * share(group), 0) / users;
  const layers = [...new Set(groups.flatMap((group) => Object.keys(group.share_served_by)))];
  const by = layers.map((layer) => {
    const share = mean((group) => group.share_served_by[layer] ?? 0);
    return `${quantity(share, "share").text} % by ${layer.replace("_", " ")}`;
  });
  const value = quantity(mean((group) => group.share_served), "share");
  return [{ rank: 21, name: "Users served", value, note: by.join(" · ") }];
}

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
      ...served(flows.users ?? []),
    ];
  },
  now: {
    rank: 10,
    there: () => loads.value !== null,
    List: Busiest,
    more: "For loads add [[flows]] to the scenario and run it again.",
  },
};
