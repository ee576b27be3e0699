/// How wide words are in the letters of the page.
const FONTS = { mono: '12px "JetBrains Mono", ui-monospace, monospace', words: "12px Inter, system-ui, sans-serif", head: "600 12px Inter, system-ui, sans-serif" };

export type Ruler = (text: string, font: keyof typeof FONTS) => number;

let context: CanvasRenderingContext2D | null | undefined;

/// As the browser's own letters are wide.
export const rule: Ruler = (text, font) => {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return 7.3 * text.length;
  context.font = FONTS[font];
  return context.measureText(text).width;
};
