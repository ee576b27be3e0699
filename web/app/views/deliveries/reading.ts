/// What became of messages, from the run's key figures: they hold whether or not a row a message
/// was kept. Which causes and which parts of the delay there are is asked of the figures, not known
/// here.
import type { Plain } from "../../state/figures.ts";

export const ROWS = "deliveries";

/// Sums over messages, of a rule or of all.
export interface Sums {
  made: number;
  delivered: number;
  share_delivered: number | null;
  delay_p50_s: number | null;
  delay_p95_s: number | null;
  [more: string]: unknown;
}

export interface RuleSums extends Sums {
  rule: number;
  source: string;
  target: string;
  things: number;
}

export interface Cause {
  /// As the rows call it.
  cause: string;
  words: string;
  count: number;
}

const WORDS: Record<string, string> = {
  stored: "on board at the end",
  on_board: "on board at the end",
  at_device: "not yet sent at the end",
  not_sent: "not yet sent at the end",
};

/// Why messages did not arrive, the most frequent first; what never occurred is left out.
export function causesOf(sums: Sums): Cause[] {
  const names = Object.keys(sums).filter((name) => name.startsWith("lost_") || name in WORDS);
  return names
    .map((name) => {
      const cause = name.replace(/^lost_/, "").replaceAll("_", " ");
      return { cause, words: WORDS[name] ?? cause, count: Number(sums[name]) };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

export interface Part {
  name: string;
  mean_s: number;
}

/// What the mean delay is made of, where the run tells it: `delay_on_board_mean_s` and its like.
export function partsOf(sums: Sums): Part[] {
  return Object.entries(sums).flatMap(([name, value]) => {
    const part = /^(?:delay_(.+)_mean_s|(at_device|on_board|in_transit)_mean_s)$/.exec(name);
    const word = part?.[1] ?? part?.[2];
    return word && typeof value === "number" ? [{ name: word.replaceAll("_", " "), mean_s: value }] : [];
  });
}

/// What to call each rule: its things, with its number where they have several.
export function rulesCalled(rules: readonly RuleSums[]): string[] {
  const many = (source: string) => rules.filter((each) => each.source === source).length > 1;
  return rules.map(({ source }, k) => (many(source) ? `${source} (${k + 1})` : source));
}

export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : NaN;
}

/// The figures as they are: a run without messages has none.
export function sumsOf(figures: { deliveries?: unknown } | null): (Sums & { rules: RuleSums[] }) | null {
  const found = figures?.deliveries as (Sums & { rules?: RuleSums[] }) | Plain | undefined;
  return found && typeof found === "object" ? { ...found, rules: found.rules ?? [] } : null;
}
