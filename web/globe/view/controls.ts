/// Hands on the canvas: drag, wheel, pinch, click and keys.

export interface Hands {
  /// CSS pixels that the ground is dragged.
  turn(dx: number, dy: number): void;
  /// Below 1: closer.
  zoom(factor: number): void;
  click(x: number, y: number): void;
  /// The pointer came to rest, or left.
  rest(x: number, y: number): void;
  leave(): void;
  escape(): void;
}

const KEY_STEP_PX = 60;
const CLICK_SLACK_PX = 4;
const REST_MS = 120;

/// Listen as long as the canvas lives.
export function listen(canvas: HTMLCanvasElement, hands: Hands): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  let resting = 0;

  const place = (event: PointerEvent | MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  const down = (event: PointerEvent) => {
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    clearTimeout(resting);
    const before = pointers.get(event.pointerId);
    if (!before) {
      const { x, y } = place(event);
      resting = window.setTimeout(() => hands.rest(x, y), REST_MS);
      return;
    }
    const apart = spread();
    const now = place(event);
    pointers.set(event.pointerId, now);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (pointers.size === 2) hands.zoom(apart / Math.max(1, spread()));
    else if (travelled > CLICK_SLACK_PX) hands.turn(now.x - before.x, now.y - before.y);
  };
  const up = (event: PointerEvent) => {
    const known = pointers.delete(event.pointerId);
    if (known && event.type === "pointerup" && travelled <= CLICK_SLACK_PX) {
      const { x, y } = place(event);
      hands.click(x, y);
    }
  };
  const leave = () => {
    clearTimeout(resting);
    hands.leave();
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    hands.zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY * lines)) * 0.0015));
  };
  const keys: Record<string, () => void> = {
    ArrowLeft: () => hands.turn(KEY_STEP_PX, 0),
    ArrowRight: () => hands.turn(-KEY_STEP_PX, 0),
    ArrowUp: () => hands.turn(0, KEY_STEP_PX),
    ArrowDown: () => hands.turn(0, -KEY_STEP_PX),
    "+": () => hands.zoom(1 / 1.2),
    "=": () => hands.zoom(1 / 1.2),
    "-": () => hands.zoom(1.2),
    Escape: hands.escape,
  };
  const key = (event: KeyboardEvent) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("wheel", wheel, { passive: false });
  canvas.addEventListener("keydown", key);
}
