import type { Place } from "../places.ts";

export const place: Place = {
  rank: 10,
  name: "Globe",
  key: "g",
  icon: "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M2.5 10h15M10 2.5c-5 4.6-5 10.4 0 15c5-4.6 5-10.4 0-15",
  charted: true,
};
