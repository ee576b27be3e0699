/// The page of `skyweft show`.
import { render } from "preact";
import { giveHook } from "./hook.ts";
import { listenToKeys } from "./shell/keys.ts";
import { Shell } from "./shell/shell.tsx";
import { follow, restore } from "./state/address.ts";
import { loadRuns, runs } from "./state/runs.ts";
import "./style/tokens.css";
import "./style/shell.css";
import "./style/axis.css";
import "./style/panel.css";
import "./style/table.css";
import "./style/views.css";

giveHook();
listenToKeys();
render(<Shell />, document.getElementById("app")!);

// The address is kept only once it was read, else it would be overwritten by where nobody is yet.
const stop = runs.subscribe((known) => {
  if (!known) return;
  queueMicrotask(() => stop());
  void restore(location.hash, true).then(follow);
});
void loadRuns();
