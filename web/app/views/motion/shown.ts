/// How many platforms there are.
import { quantity } from "../../words/quantities.ts";
import type { Shown } from "../shown.ts";

interface Platforms {
  total: number;
  by_layer: Record<string, number>;
}

export const shown: Shown = {
  tiles(known) {
    const platforms = known["platforms"] as Platforms | undefined;
    const note = layers(platforms?.by_layer ?? {});
    return [{ rank: 60, name: "Platforms", value: quantity(platforms?.total, "1"), note }];
  },
};

function layers(count: Record<string, number>): string {
  return Object.entries(count)
    .filter(([, members]) => members > 0)
    .map(([layer, members]) => `${quantity(members, "1").text} ${layer.replace("_", " ")}`)
    .join(", ");
}
