/// The globe: marks, camera, hands and frames put together.
import { Color, Scene as ThreeScene } from "three";
import coarse from "world-atlas/countries-110m.json";
import { beamsAt, sunAt, type Scene } from "../scene/index.ts";
import { COLOURS, rgb } from "./colours.ts";
import type { Camera, Globe, GlobeOptions, Selection, Spot, Visible } from "./contract.ts";
import type { Atlas } from "./earth/atlas.ts";
import { Sky } from "./earth/sky.ts";
import { Earth } from "./earth/surface.ts";
import { BeamMarks, groundAlong } from "./marks/beams.ts";
import { FootprintMarks } from "./marks/footprints.ts";
import { LinkMarks } from "./marks/links.ts";
import { PlatformMarks } from "./marks/platforms.ts";
import { RouteMarks } from "./marks/route.ts";
import { TrackMarks } from "./marks/tracks.ts";
import { Ephemeris, type Vector } from "./motion/ephemeris.ts";
import { EARTH_RATE_RAD_S } from "./motion/shader.ts";
import { Segments } from "./segments.ts";
import { nodesOf, sharesOf } from "./selection.ts";
import { createUniforms, type Mark } from "./stage.ts";
import { createCanvas, createRenderer } from "./view/canvas.ts";
import { View } from "./view/camera.ts";
import { listen } from "./view/controls.ts";
import { home } from "./view/home.ts";
import { labelOrder, Labels } from "./view/labels.ts";
import { Loop } from "./view/loop.ts";
import { Picker } from "./view/picking.ts";

const BACKGROUND = new Color(...rgb(COLOURS.space));
const PULSE_MS = 2600;
/// The ground is painted cheaply for the first frame and better when there is time.
const FIRST_TEXTURE = 1024;
const REFINE_AFTER_MS = 400;
const EVERYTHING: Visible = {
  layers: {},
  rules: {},
  links: true,
  utilisation: true,
  beams: true,
  tracks: "selected",
  footprints: "selected",
  labels: true,
  night: true,
  graticule: true,
  stars: true,
};

/// Draw a scene into `host`, which keeps its size.
export function createGlobe(host: HTMLElement, scene: Scene, options: GlobeOptions = {}): Globe {
  return new Drawing(host, scene, options);
}

class Drawing implements Globe {
  readonly ready: Promise<void>;
  private readonly canvas;
  private readonly renderer;
  private readonly stage = new ThreeScene();
  private readonly uniforms = createUniforms();
  private readonly eye = new View();
  private readonly loop = new Loop((now_ms) => this.draw(now_ms));
  private readonly earth: Earth;
  private readonly sky = new Sky(this.uniforms);
  private readonly beams = new BeamMarks(this.uniforms);
  private readonly footprints = new FootprintMarks(this.uniforms);
  private readonly links = new LinkMarks(this.uniforms);
  private readonly tracks = new TrackMarks(this.uniforms);
  private readonly platforms = new PlatformMarks(this.uniforms);
  private readonly route = new RouteMarks(this.uniforms);
  private readonly picker: Picker;
  private readonly labels: Labels;
  private readonly segments: Segments;
  private readonly resizing = new ResizeObserver(() => this.resize());
  private readonly listeners = new Set<(what: Selection | null) => void>();
  private readonly lowPower: boolean;
  private readonly still: boolean;
  private ephemeris!: Ephemeris;
  private visible = EVERYTHING;
  private t_s: number;
  private selection: Selection | null = null;
  private followed: number | null = null;
  private pointed: number | null = null;
  private nodes: number[] = [];
  private labelled: number[] = [];
  private isHome = true;
  private gone = false;
  private firstFrame: () => void = () => {};

  constructor(
    private readonly host: HTMLElement,
    scene: Scene,
    private readonly options: GlobeOptions,
  ) {
    this.canvas = createCanvas(host, scene.name);
    const { renderer, lowPower } = createRenderer(this.canvas, options.lowPower);
    this.renderer = renderer;
    this.lowPower = lowPower;
    this.still = options.reducedMotion ?? matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.t_s = scene.from_s;
    this.segments = new Segments(scene, options.more, () => this.loop.ask());
    const anisotropy = lowPower ? 1 : renderer.capabilities.getMaxAnisotropy();
    this.earth = new Earth(this.uniforms, coarse as unknown as Atlas, FIRST_TEXTURE, anisotropy);
    this.labels = new Labels((platform) => this.scene.platforms.name[platform] ?? "");
    this.marks.forEach(({ objects }) => this.stage.add(...objects));
    this.picker = new Picker(this.renderer, [this.earth, this.links, this.platforms]);
    this.ready = new Promise((resolve) => (this.firstFrame = resolve));
    listen(this.canvas, {
      turn: (dx, dy) => this.turn(dx, dy),
      zoom: (factor) => this.setCamera(this.eye.scaled(factor)),
      click: (x, y) => this.choose(this.pick(x, y)),
      rest: (x, y) => this.pointAt(this.pick(x, y)),
      leave: () => this.pointAt(null),
      escape: () => this.choose(null),
    });
    host.append(this.labels.element);
    this.load();
    this.resize();
    this.resizing.observe(host);
    this.canvas.addEventListener("webglcontextrestored", () => this.loop.ask());
    void this.ready.then(() => setTimeout(() => void this.refine(), REFINE_AFTER_MS));
  }

  get frames(): number {
    return this.loop.frames;
  }

  get scriptMs(): number {
    return this.loop.scriptMs;
  }

  setTime(t_s: number): void {
    this.t_s = t_s;
    this.loop.ask();
  }

  select(what: Selection | null): void {
    this.selection = what;
    this.uniforms.selected.value = what?.kind === "platform" ? what.index : -1;
    this.nodes = [];
    this.refresh();
  }

  onSelect(listener: (what: Selection | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  show(what: Partial<Visible>): void {
    this.visible = { ...this.visible, ...what };
    this.marks.forEach((mark) => mark.show?.(this.visible));
    this.labelled = labelOrder(this.scene, this.visible);
    this.refresh();
  }

  view(mode: "globe" | "map"): void {
    this.eye.mode = mode;
    this.sky.setFlat(mode === "map");
    this.changed();
  }

  frame(which: "fixed" | "inertial"): void {
    // The longitude of the camera is counted in the frame that it stands in: keep what is seen.
    const turned_deg = (this.turned_rad * 180) / Math.PI;
    const inertial = which === "inertial";
    if (inertial !== this.eye.inertial) {
      const { longitude_deg, ...rest } = this.eye.globe;
      this.eye.globe = { ...rest, longitude_deg: longitude_deg + (inertial ? turned_deg : -turned_deg) };
    }
    this.eye.inertial = inertial;
    this.uniforms.turnRate.value = inertial ? EARTH_RATE_RAD_S : 0;
    this.changed();
  }

  follow(platform: number | null): void {
    this.followed = platform;
    this.changed();
  }

  camera(): Camera {
    return { ...this.eye.state };
  }

  setCamera(camera: Partial<Camera>): void {
    this.eye.state = { ...this.eye.state, ...camera };
    this.isHome = false;
    this.changed();
  }

  positionOf(platform: number): Vector | null {
    return this.ephemeris.positionOf(platform, this.t_s);
  }

  spots(): Spot[] {
    const { first, after } = beamsAt(this.scene, this.t_s);
    const { platform, centre, users, utilisation } = this.scene.beams;
    return Array.from({ length: after - first }, (_, k) => {
      const [at, towards] = [platform[first + k]!, centre[first + k]!];
      const [from, through] = [this.positionOf(at), this.positionOf(towards)];
      return {
        platform: at,
        towards,
        users: users[first + k]!,
        utilisation: utilisation[first + k]!,
        centre: from && through && groundAlong(from, through),
      };
    });
  }

  destroy(): void {
    this.gone = true;
    this.loop.stop();
    this.resizing.disconnect();
    this.listeners.clear();
    this.ephemeris.dispose();
    this.picker.dispose();
    this.marks.forEach(({ objects }) => objects.forEach(({ geometry }) => geometry.dispose()));
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.labels.element.remove();
    this.canvas.remove();
  }

  private get scene(): Scene {
    return this.segments.scene;
  }

  private get marks(): Mark[] {
    const { earth, sky, beams, footprints, links, tracks, platforms, route } = this;
    return [earth, sky, beams, footprints, links, tracks, platforms, route];
  }

  private get turned_rad(): number {
    return EARTH_RATE_RAD_S * this.t_s;
  }

  /// Take the scene of the segment in force.
  private load(): void {
    this.ephemeris?.dispose();
    this.ephemeris = new Ephemeris(this.scene);
    this.uniforms.knots.value = this.ephemeris.knots;
    this.uniforms.platforms.value = this.ephemeris.platforms;
    this.marks.forEach((mark) => mark.load?.(this.scene));
    this.show({});
  }

  /// Draw again what hangs on the selection or on wishes.
  private refresh(): void {
    const selected = this.uniforms.selected.value;
    const { tracks, footprints } = this.visible;
    this.tracks.draw(this.scene, this.ephemeris, this.t_s, tracks, selected);
    this.footprints.draw(this.scene, footprints, selected);
    this.changed();
  }

  private changed(): void {
    this.labels.invalidate();
    this.loop.ask();
  }

  private draw(now_ms: number): void {
    if (this.segments.moveTo(this.t_s)) this.load();
    this.ephemeris.setClock(this.uniforms.clock.value, this.t_s);
    this.uniforms.now.value = this.t_s - this.scene.from_s;
    this.uniforms.sun.value.fromArray(sunAt(this.scene, this.t_s) ?? [0, 0, 0]);
    this.eye.turned_rad = this.turned_rad;
    this.sky.setTurn(-this.turned_rad);
    if (this.followed !== null) this.lookAt(this.followed);
    this.eye.update(this.uniforms);
    this.links.setTime(this.t_s);
    this.beams.setTime(this.t_s);
    this.platforms.setTime(this.t_s);
    this.drawRoute(now_ms);
    this.render();
    this.drawLabels();
    this.firstFrame();
  }

  private render(): void {
    this.renderer.setClearColor(BACKGROUND, 1);
    this.renderer.clear();
    // The map is drawn thrice, side by side, so that what crosses an edge appears at the other.
    for (const turn of this.eye.mode === "map" ? [-1, 1, 0] : [0]) {
      this.uniforms.mapShift.value = turn * 2 * Math.PI;
      this.renderer.render(this.stage, this.eye.camera);
    }
  }

  private drawRoute(now_ms: number): void {
    const nodes = nodesOf(this.scene, this.selection, this.t_s);
    if (nodes.join() !== this.nodes.join()) {
      this.nodes = nodes;
      const places = nodes.map((node) => this.positionOf(node));
      this.route.setNodes(nodes, sharesOf(places));
      this.labels.invalidate();
    }
    const pulsing = nodes.length > 1 && !this.still;
    this.route.setPulse(pulsing ? ((now_ms % PULSE_MS) / PULSE_MS) * 1.1 : null);
    if (pulsing) this.loop.ask();
  }

  private drawLabels(): void {
    const { labels, nodes, labelled, visible, eye, pointed } = this;
    const chosen = [...nodes.slice(-1), ...nodes.slice(0, -1)];
    const named = pointed === null ? chosen : [...chosen, pointed];
    const wanted = visible.labels ? [...named, ...labelled] : named;
    labels.update(wanted, chosen.length, eye, (platform) => this.positionOf(platform), (platform) => this.ephemeris.strengthOf(platform, this.t_s));
  }

  private lookAt(platform: number): void {
    const at = this.positionOf(platform);
    if (!at) return;
    const turned = this.eye.inertial && this.eye.mode === "globe" ? this.turned_rad : 0;
    const longitude_deg = ((Math.atan2(at[1], at[0]) + turned) * 180) / Math.PI;
    const latitude_deg = (Math.atan2(at[2], Math.hypot(at[0], at[1])) * 180) / Math.PI;
    this.eye.state = { ...this.eye.state, longitude_deg, latitude_deg };
  }

  private turn(dx: number, dy: number): void {
    const { longitude_deg, latitude_deg } = this.eye.state;
    const step = this.eye.degreesPerPixel;
    this.followed = null;
    this.setCamera({
      longitude_deg: longitude_deg - dx * step,
      latitude_deg: latitude_deg + dy * step,
    });
  }

  private choose(what: Selection | null): void {
    this.select(what);
    this.listeners.forEach((listener) => listener(what));
  }

  /// Name what the pointer rests on.
  private pointAt(what: Selection | null): void {
    const pointed = what?.kind === "platform" ? what.index : null;
    this.canvas.style.cursor = what ? "pointer" : "grab";
    if (this.gone || pointed === this.pointed) return;
    this.pointed = pointed;
    this.changed();
  }

  private pick(x: number, y: number): Selection | null {
    const count = this.scene.platforms.name.length;
    if (this.gone) return null;
    this.eye.update(this.uniforms);
    const id = this.picker.at(x, y, this.stage, this.eye, count + 1);
    if (id === 0) return null;
    if (id <= count) return { kind: "platform", index: id - 1 };
    const ends = this.links.endsOf(id - count - 1);
    return ends && { kind: "link", ...ends };
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.host;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.uniforms.pixelRatio.value = this.renderer.getPixelRatio();
    this.eye.resize(clientWidth, clientHeight);
    if (this.isHome) this.eye.globe = home(this.scene, this.ephemeris, this.eye);
    this.changed();
  }

  /// After the first frame there is time for a finer ground.
  private async refine(): Promise<void> {
    let atlas = coarse as unknown as Atlas;
    if (!this.lowPower && this.options.coast === "50m" && import.meta.env.MODE !== "module") {
      atlas = (await import("world-atlas/countries-50m.json")).default as unknown as Atlas;
    }
    if (!this.gone) this.earth.setAtlas(atlas, this.lowPower ? 2048 : 4096);
    this.loop.ask();
  }
}
