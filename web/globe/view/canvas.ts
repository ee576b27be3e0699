/// The canvas and its WebGL2, or plain words why there is none.
import { LinearSRGBColorSpace, WebGLRenderer } from "three";
import { GlobeError } from "../contract.ts";

export function createCanvas(host: HTMLElement, name: string): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute(
    "aria-label",
    `Globe of ${name}. Arrow keys turn it, plus and minus zoom, Escape clears the selection.`,
  );
  canvas.style.cssText = "display:block;width:100%;height:100%;touch-action:none;cursor:grab;outline-offset:-2px;";
  if (getComputedStyle(host).position === "static") host.style.position = "relative";
  host.append(canvas);
  return canvas;
}

/// A renderer; `lowPower` unless told otherwise where the browser has no graphics hardware to use.
export function createRenderer(
  canvas: HTMLCanvasElement,
  lowPowerAsked: boolean | undefined,
): { renderer: WebGLRenderer; lowPower: boolean } {
  const context = (wish: WebGLContextAttributes) =>
    canvas.getContext("webgl2", { alpha: false, ...wish });
  const fast = lowPowerAsked
    ? null
    : context({ antialias: true, failIfMajorPerformanceCaveat: lowPowerAsked === undefined });
  const found = fast ?? context({ antialias: false, powerPreference: "low-power" });
  if (!found) {
    canvas.remove();
    throw new GlobeError(
      "This browser offers no WebGL2, which the globe is drawn with. " +
        "Turn on hardware acceleration or use another browser; tables and charts work without.",
    );
  }
  const renderer = new WebGLRenderer({ canvas, context: found });
  renderer.outputColorSpace = LinearSRGBColorSpace;
  renderer.autoClear = false;
  // Asking whether a shader compiled would wait for it.
  renderer.debug.checkShaderErrors = import.meta.env.DEV;
  renderer.setPixelRatio(fast ? Math.min(2, devicePixelRatio) : 1);
  return { renderer, lowPower: !fast };
}
