/// The selected thing, by names: they mean the same in every table, run and piece of a scene.
import { signal } from "@preact/signals";

export type Thing =
  | { kind: "platform"; name: string }
  | { kind: "link"; source: string; target: string }
  | { kind: "path"; route: number; source: string; target: string };

export const selected = signal<Thing | null>(null);

export function select(thing: Thing | null): void {
  selected.value = thing;
}

/// Whether a platform belongs to the selected thing.
export function isPart(thing: Thing | null, name: string): boolean {
  if (thing === null) return false;
  return thing.kind === "platform" ? thing.name === name : thing.source === name || thing.target === name;
}

export function sameThing(one: Thing | null, other: Thing | null): boolean {
  return one === other || JSON.stringify(fields(one)) === JSON.stringify(fields(other));
}

/// As the address spells it; empty for nothing.
export function fields(thing: Thing | null): [string, string][] {
  if (thing === null) return [];
  if (thing.kind === "platform") return [["platform", thing.name]];
  const ends: [string, string][] = [["source", thing.source], ["target", thing.target]];
  return thing.kind === "path" ? [["route", String(thing.route)], ...ends] : ends;
}

/// The other way round; null where the address names nothing.
export function thingIn(address: URLSearchParams): Thing | null {
  const [name, source, target, route] = ["platform", "source", "target", "route"].map((key) => address.get(key));
  if (name) return { kind: "platform", name };
  if (!source || !target) return null;
  if (route && /^\d+$/.test(route)) return { kind: "path", route: Number(route), source, target };
  return { kind: "link", source, target };
}

export function titleOf(thing: Thing): string {
  return thing.kind === "platform" ? thing.name : `${thing.source} → ${thing.target}`;
}
