import type { Place } from "../places.ts";

export const place: Place = {
  rank: 50,
  name: "Compare",
  key: "c",
  icon: "M3 16.5v-9h4v9zM13 16.5v-13h4v13zM9 16.5h2",
};
