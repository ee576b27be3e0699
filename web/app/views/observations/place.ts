import type { Place } from "../places.ts";

export const place: Place = {
  rank: 45,
  name: "Readings",
  key: "r",
  icon: "M2.5 15.5h15M3 12l3.5-4l3 2.5l3-6l4.5 5",
};
