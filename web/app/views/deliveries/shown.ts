/// How many messages arrive, and when.
import { quantity } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import type { Shown } from "../shown.ts";
import { sumsOf } from "./reading.ts";

export const shown: Shown = {
  tiles(known) {
    const sums = sumsOf(known);
    if (!sums) return [];
    // The share is of these, not of all that were generated.
    const watched = quantity(sums.observed ?? sums.generated, "1").text;
    const note = `of ${watched} messages watched to their end, half within ${lasting(sums.delay_p50_s ?? NaN)}`;
    return [{ rank: 30, name: "Delivered", value: quantity(sums.share_delivered, "share"), note }];
  },
};
