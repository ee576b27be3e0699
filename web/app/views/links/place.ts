import type { Place } from "../places.ts";

export const place: Place = {
  rank: 30,
  name: "Links",
  key: "l",
  icon: "M5.2 9.2l8-4M5.2 10.8l8 4M3.5 8.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6M15 2.8a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6M15 13.6a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6",
};
