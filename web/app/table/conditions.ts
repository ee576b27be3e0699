/// What a reader asks of a column, as the server spells it: `column:op:value`.
import type { Column } from "../state/api.ts";
import { heading, measureOf } from "../words/quantities.ts";

export interface Condition {
  column: string;
  op: Op;
  /// As it was written, in the unit of the header.
  value: string;
}

export type Op = "has" | "eq" | "ne" | "ge" | "le" | "gt" | "lt";
export const OP_WORDS: Record<Op, string> = { has: "contains", eq: "is", ne: "is not", ge: "≥", le: "≤", gt: ">", lt: "<" };

export function opsOf({ type }: Column): Op[] {
  if (type === "bool") return ["eq"];
  if (type === "text" || type === "list") return ["has", "eq", "ne"];
  return ["ge", "le", "eq", "ne"];
}

/// Numbers are written as they are shown, and asked in the table's own unit.
export function spelled({ column, op, value }: Condition, columns: readonly Column[]): string {
  const about = columns.find(({ name }) => name === column);
  const number = Number(value);
  if (about?.type !== "number" || value.trim() === "" || !Number.isFinite(number)) return `${column}:${op}:${value.trim()}`;
  const { factor } = measureOf(column, about.unit);
  // Twelve figures: what the factor's binary fraction adds must not make 0.3 km miss 300 m.
  return `${column}:${op}:${Number((number / factor).toPrecision(12))}`;
}

export function words({ column, op, value }: Condition, columns: readonly Column[]): string {
  const about = columns.find(({ name }) => name === column);
  const unit = about ? measureOf(column, about.unit).unit : "";
  return `${heading(column)} ${OP_WORDS[op]} ${value}${about?.type === "number" && unit ? ` ${unit}` : ""}`;
}
