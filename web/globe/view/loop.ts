/// Frames on demand: one is drawn when something changed or moves, none otherwise.
const SAMPLES = 120;

export class Loop {
  frames = 0;
  private asked = 0;
  private readonly samples_ms: number[] = [];

  constructor(private readonly draw: (now_ms: number) => void) {}

  ask(): void {
    if (this.asked) return;
    this.asked = requestAnimationFrame((now_ms) => {
      this.asked = 0;
      const before = performance.now();
      this.draw(now_ms);
      this.frames += 1;
      this.samples_ms[this.frames % SAMPLES] = performance.now() - before;
    });
  }

  /// Median script time of the last frames, milliseconds.
  get scriptMs(): number {
    const sorted = this.samples_ms.filter((sample) => sample !== undefined).sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  }

  stop(): void {
    cancelAnimationFrame(this.asked);
    this.asked = -1;
  }
}
