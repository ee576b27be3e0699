/// What is selected, by names: they mean the same in every table, run and piece of a scene.
import { signal } from "@preact/signals";

export type Subject =
  | { kind: "platform"; name: string }
  | { kind: "link"; source: string; target: string }
  | { kind: "path"; route: number; source: string; target: string };

export const selected = signal<Subject | null>(null);

export function select(subject: Subject | null): void {
  selected.value = subject;
}

/// Whether a platform belongs to what is selected.
export function isPart(subject: Subject | null, name: string): boolean {
  if (subject === null) return false;
  return subject.kind === "platform" ? subject.name === name : subject.source === name || subject.target === name;
}

export function sameSubject(one: Subject | null, other: Subject | null): boolean {
  return one === other || JSON.stringify(fields(one)) === JSON.stringify(fields(other));
}

/// As the address spells it; empty for nothing.
export function fields(subject: Subject | null): [string, string][] {
  if (subject === null) return [];
  if (subject.kind === "platform") return [["platform", subject.name]];
  const ends: [string, string][] = [["source", subject.source], ["target", subject.target]];
  return subject.kind === "path" ? [["route", String(subject.route)], ...ends] : ends;
}

/// The other way round; null where the address names nothing.
export function subjectIn(address: URLSearchParams): Subject | null {
  const [name, source, target, route] = ["platform", "source", "target", "route"].map((key) => address.get(key));
  if (name) return { kind: "platform", name };
  if (!source || !target) return null;
  if (route && /^\d+$/.test(route)) return { kind: "path", route: Number(route), source, target };
  return { kind: "link", source, target };
}

export function titleOf(subject: Subject): string {
  return subject.kind === "platform" ? subject.name : `${subject.source} → ${subject.target}`;
}
