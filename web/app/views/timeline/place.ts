import type { Place } from "../places.ts";

export const place: Place = {
  rank: 20,
  name: "Timeline",
  key: "t",
  icon: "M3 5h7M6 10h9M4 15h6M13 15h4M13 5h2",
  charted: true,
};
