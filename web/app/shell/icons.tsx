/// Line icons of 20 units, drawn for this page; each stands beside a word or carries a label.
const PATHS = {
  play: "M6.5 4v12l9-6z",
  pause: "M6.5 4v12M13.5 4v12",
  closer: "M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.6 12.6L17 17M6 8.5h5M8.5 6v5",
  wider: "M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.6 12.6L17 17M6 8.5h5",
  search: "M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.6 12.6L17 17",
  close: "M5 5l10 10M15 5L5 15",
  warning: "M10 3l7.5 13.5h-15zM10 8v4M10 14.2v.4",
  replay: "M4 10a6 6 0 1 0 2-4.5M4 3v3.5h3.5",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return <Drawn path={PATHS[name]} filled={name === "play"} />;
}

/// The same of any path.
export function Drawn({ path, filled = false }: { path: string; filled?: boolean }) {
  return (
    <svg class={filled ? "icon filled" : "icon"} viewBox="0 0 20 20" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
