import type { Place } from "../places.ts";

export const place: Place = {
  rank: 40,
  name: "Messages",
  key: "m",
  icon: "M2.5 5h15v10h-15zM2.5 5.5l7.5 5.5l7.5-5.5",
};
