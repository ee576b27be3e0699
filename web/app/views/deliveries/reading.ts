/// What became of messages, from the run's key figures: they hold whether or not a row a message
/// was kept. Which causes and which parts of the delay there are is asked of the figures, not known
/// here.
import type { Plain } from "../../state/figures.ts";

export const ROWS = "deliveries";

/// Sums over messages that no key figure has.
export interface Messages {
  /// What part of each rule's messages had arrived after how long.
  delays: { rule: number; delay_s: number[]; share: number[] }[];
  cells: Record<"latitude_min_deg" | "latitude_max_deg" | "longitude_min_deg" | "longitude_max_deg" | "devices" | "generated" | "share_delivered" | "delay_p95_s", (number | null)[]>;
  stored: { time_s: number[]; total_bytes: number[]; fullest_bytes: number[]; fullest: string[] };
  /// Those that took most first.
  targets: { target: string; served_s: number; unserved_s: number; arrived_bytes: number; arrived: number }[];
  notes: string[];
}

/// Sums over messages, of a rule or of all.
export interface Sums {
  generated: number;
  delivered: number;
  share_delivered: number | null;
  /// Of these are shares and delays: their lifetime ends within the run. Older runs: of all generated.
  observed?: number;
  observed_causes?: Record<string, number>;
  delay_p50_s: number | null;
  delay_p95_s: number | null;
  [more: string]: unknown;
}

export interface RuleSums extends Sums {
  rule: number;
  source: string;
  target: string;
  devices: number;
}

export interface Cause {
  /// As the rows call it.
  cause: string;
  words: string;
  /// Of all messages of the run.
  count: number;
  /// Of those that the share delivered is of; the two add up.
  share: number;
}

/// What is neither lost nor delivered: as the rows call it, in words, and among `observed_causes`.
const STILL: Record<string, [string, string, string]> = {
  stored: ["stored", "on its way at the end", "stored"],
  stored_on_board: ["stored", "on board at the end", "stored"],
  stored_at_device: ["at device", "not yet sent at the end", "at_device"],
};

/// Why messages did not arrive, the most frequent first; what never occurred is left out. `stored`
/// is the sum of its parts, where the run has those.
export function causesOf(sums: Sums): Cause[] {
  const parted = Object.keys(sums).some((name) => name.startsWith("stored_"));
  const names = Object.keys(sums).filter((name) => name.startsWith("lost_") || (name in STILL && (name !== "stored" || !parted)));
  return names
    .map((name) => {
      const lost = name.replace(/^lost_/, "").replaceAll("_", " ");
      const [cause, words, observed] = STILL[name] ?? [lost, lost, name];
      const count = Number(sums[name]);
      return { cause, words, count, share: isParted(sums) ? (sums.observed_causes?.[observed] ?? 0) / sums.observed! : count / sums.generated };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/// Whether shares are of the messages observed for long enough, not of all.
export function isParted({ observed, observed_causes }: Sums): boolean {
  return observed !== undefined && observed > 0 && observed_causes !== undefined;
}

export interface Part {
  name: string;
  mean_s: number;
}

/// What the mean delay is made of, where the run tells it: `delay_on_board_mean_s` and its like.
export function partsOf(sums: Sums): Part[] {
  return Object.entries(sums).flatMap(([name, value]) => {
    const word = /^delay_(.+)_mean_s$/.exec(name)?.[1];
    return word && typeof value === "number" ? [{ name: word.replaceAll("_", " "), mean_s: value }] : [];
  });
}

/// What to call each rule: its devices, with its number where they have several.
export function rulesCalled(rules: readonly RuleSums[]): string[] {
  const many = (source: string) => rules.filter((each) => each.source === source).length > 1;
  return rules.map(({ source }, k) => (many(source) ? `${source} (${k + 1})` : source));
}

/// Who passed targets with messages on board and was not served.
export interface PassedOver {
  platform: string;
  visits: number;
  unserved: number;
  in_a_row: number;
}

export function passedOver(sums: Sums): PassedOver[] {
  return Array.isArray(sums["passed_over"]) ? (sums["passed_over"] as PassedOver[]) : [];
}

export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : NaN;
}

/// The figures as they are: a run without messages has none.
export function sumsOf(figures: Readonly<Record<string, unknown>> | null): (Sums & { rules: RuleSums[] }) | null {
  const found = figures?.["deliveries"] as (Sums & { rules?: RuleSums[] }) | Plain | undefined;
  return found && typeof found === "object" ? { ...found, rules: found.rules ?? [] } : null;
}
