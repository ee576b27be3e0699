/// What goes on at the moment: the first list that a stage has for the run.
import { GOING } from "../shown.ts";

export function Now() {
  const at = GOING.findIndex(({ there }) => there());
  const List = GOING[at]?.List;
  return List ? <List more={GOING.slice(0, at).flatMap(({ more }) => more ?? [])} /> : null;
}
