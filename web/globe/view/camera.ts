/// Where the camera is, and three's cameras for it. The world is Earth-fixed, in Earth radii: to
/// stand still among the stars, the camera goes round the Earth instead of the Earth turning.
import { OrthographicCamera, PerspectiveCamera, Vector3, type Camera as ThreeCamera } from "three";
import type { Camera } from "../contract.ts";
import { EARTH_RADIUS_M, type Vector } from "../motion/ephemeris.ts";
import type { Uniforms } from "../stage.ts";

const FIELD_DEG = 30;
const NEAREST = 1.03;
const FARTHEST = 90;
const DEG = Math.PI / 180;

export class View {
  mode: "globe" | "map" = "globe";
  inertial = false;
  /// Angle that the Earth has turned since the run's start.
  turned_rad = 0;
  private readonly perspective = new PerspectiveCamera(FIELD_DEG, 1, 0.1, 100);
  private readonly flat = new OrthographicCamera(-1, 1, 1, -1, -1, 1);
  private globeState: Camera = { longitude_deg: 0, latitude_deg: 20, distance: 4 };
  private mapState: Camera = { longitude_deg: 0, latitude_deg: 0, distance: 1 };
  private width = 1;
  private height = 1;

  constructor() {
    this.perspective.up.set(0, 0, 1);
  }

  get state(): Camera {
    return this.mode === "globe" ? this.globeState : this.mapState;
  }

  set state(next: Camera) {
    if (this.mode === "globe") this.globe = next;
    else this.mapState = within(next, 0.01, 1);
  }

  get globe(): Camera {
    return this.globeState;
  }

  set globe(next: Camera) {
    this.globeState = within(next, NEAREST, FARTHEST);
  }

  get camera(): PerspectiveCamera | OrthographicCamera {
    return this.mode === "globe" ? this.perspective : this.flat;
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
  }

  /// The distance from which a shell of this radius just fits.
  distanceFor(radius: number): number {
    const half = Math.atan(Math.tan((FIELD_DEG / 2) * DEG) * Math.min(1, this.width / this.height));
    return (1.04 * radius) / Math.sin(half);
  }

  /// Degrees that a drag of one CSS pixel goes.
  get degreesPerPixel(): number {
    if (this.mode === "map") return this.mapHeight / DEG / this.height;
    const seen = 2 * Math.tan((FIELD_DEG / 2) * DEG) * (this.globeState.distance - 1);
    return Math.min(0.5, seen / this.height / DEG);
  }

  /// Zoom: closer with factors below 1, measured from the ground.
  scaled(factor: number): Camera {
    const { state } = this;
    const ground = this.mode === "globe" ? 1 : 0;
    return { ...state, distance: ground + (state.distance - ground) * factor };
  }

  /// Put the camera and the uniforms that follow from it in place.
  update(uniforms: Uniforms): void {
    uniforms.flatMap.value = this.mode === "map";
    uniforms.viewport.value.set(this.width, this.height);
    if (this.mode === "map") this.updateFlat(uniforms);
    else this.updateGlobe(uniforms);
  }

  /// CSS pixels of a place; null where it is not seen.
  onScreen(place_m: Vector): { x: number; y: number } | null {
    const at = new Vector3(...place_m).divideScalar(EARTH_RADIUS_M);
    if (this.mode === "map") {
      const lon = Math.atan2(at.y, at.x);
      const across = Math.hypot(at.x, at.y) * (1 - 0.00669438 / Math.max(1, at.length()));
      const centre = this.flat.position.x;
      const unrolled = lon - 2 * Math.PI * Math.round((lon - centre) / (2 * Math.PI));
      at.set(unrolled, Math.atan2(at.z, across), 0);
    } else if (this.isHidden(at)) return null;
    at.project(this.camera);
    if (Math.abs(at.x) > 1 || Math.abs(at.y) > 1 || at.z > 1) return null;
    return { x: (0.5 + at.x / 2) * this.width, y: (0.5 - at.y / 2) * this.height };
  }

  private isHidden(at: Vector3): boolean {
    const from = this.perspective.position;
    const ray = at.clone().sub(from);
    const nearest = -from.dot(ray) / ray.lengthSq();
    return nearest < 1 && from.clone().addScaledVector(ray, nearest).lengthSq() < 0.993;
  }

  private updateGlobe(uniforms: Uniforms): void {
    const { longitude_deg, latitude_deg, distance } = this.globeState;
    const lon = longitude_deg * DEG - (this.inertial ? this.turned_rad : 0);
    const lat = latitude_deg * DEG;
    const camera = this.perspective;
    camera.position.set(Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat));
    camera.position.multiplyScalar(distance);
    camera.lookAt(0, 0, 0);
    camera.aspect = this.width / this.height;
    camera.near = Math.max(0.01, 0.4 * (distance - 1));
    camera.far = distance + 12;
    uniforms.cameraAt.value.copy(camera.position);
    finish(camera);
  }

  private get mapHeight(): number {
    return this.mapState.distance * Math.max(Math.PI, (2 * Math.PI * this.height) / this.width);
  }

  private updateFlat(uniforms: Uniforms): void {
    const height = this.mapHeight;
    const width = (height * this.width) / this.height;
    const room = Math.max(0, Math.PI - height) / 2;
    const lat = Math.min(room, Math.max(-room, this.mapState.latitude_deg * DEG));
    const camera = this.flat;
    [camera.left, camera.right, camera.top, camera.bottom] = [-width / 2, width / 2, height / 2, -height / 2];
    camera.position.set(this.mapState.longitude_deg * DEG, lat, 0);
    uniforms.mapCentre.value = camera.position.x;
    finish(camera);
  }
}

function finish(camera: ThreeCamera & { updateProjectionMatrix(): void }): void {
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
}

function within({ longitude_deg, latitude_deg, distance }: Camera, nearest: number, farthest: number): Camera {
  return {
    longitude_deg: longitude_deg - 360 * Math.round(longitude_deg / 360),
    latitude_deg: Math.min(88, Math.max(-88, latitude_deg)),
    distance: Math.min(farthest, Math.max(nearest, distance)),
  };
}
