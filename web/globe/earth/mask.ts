/// Land and sea as a picture: white land on black, equirectangular.
import { CanvasTexture, ClampToEdgeWrapping, LinearMipmapLinearFilter, RepeatWrapping } from "three";
import type { Ring } from "./atlas.ts";

export function landMask(rings: Ring[], width: number, anisotropy: number): CanvasTexture {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = width / 2;
  const pen = canvas.getContext("2d")!;
  pen.fillRect(0, 0, width, width / 2);
  pen.scale(width / 360, -width / 360);
  pen.translate(180, -90);
  pen.fillStyle = "#fff";
  pen.beginPath();
  for (const ring of rings) {
    for (const turn of [-360, 0, 360]) {
      ring.forEach(([lon, lat], k) => (k === 0 ? pen.moveTo(lon + turn, lat) : pen.lineTo(lon + turn, lat)));
      pen.closePath();
    }
  }
  pen.fill("evenodd");
  const texture = new CanvasTexture(canvas);
  texture.wrapS = RepeatWrapping;
  texture.wrapT = ClampToEdgeWrapping;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.anisotropy = anisotropy;
  return texture;
}
