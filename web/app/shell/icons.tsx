/// Line icons of 20 units, drawn for this page; each stands beside a word or carries a label.
const PATHS = {
  globe: "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M2.5 10h15M10 2.5c-5 4.6-5 10.4 0 15c5-4.6 5-10.4 0-15",
  timeline: "M3 5h7M6 10h9M4 15h6M13 15h4M13 5h2",
  links: "M5.2 9.2l8-4M5.2 10.8l8 4M3.5 8.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6M15 2.8a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6M15 13.6a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6",
  deliveries: "M2.5 5h15v10h-15zM2.5 5.5l7.5 5.5l7.5-5.5",
  compare: "M3 16.5v-9h4v9zM13 16.5v-13h4v13zM9 16.5h2",
  play: "M6.5 4v12l9-6z",
  pause: "M6.5 4v12M13.5 4v12",
  closer: "M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.6 12.6L17 17M6 8.5h5M8.5 6v5",
  wider: "M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.6 12.6L17 17M6 8.5h5",
  search: "M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.6 12.6L17 17",
  close: "M5 5l10 10M15 5L5 15",
  warning: "M10 3l7.5 13.5h-15zM10 8v4M10 14.2v.4",
  replay: "M4 10a6 6 0 1 0 2-4.5M4 3v3.5h3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={name === "play" ? "icon filled" : "icon"} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
