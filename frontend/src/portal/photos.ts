/** A photo made ready to wait and to be sent: its bytes, its hash, and what it tells of time and place. */
import type { Shot } from "./entry";
import { exifOf } from "./exif";
import { sha256 } from "./sha256";

export type Trouble = "empty" | "tooLarge" | "unreadable";

export interface Ready {
  shot: Shot;
  bytes: ArrayBuffer;
}

/** What the phone knows of a photo that our own camera took. */
export interface Live {
  taken_at: string;
  lat: number | null;
  lon: number | null;
}

/** Tried one after the other until the copy is small enough. */
const SIDES = [4096, 2560, 1600, 1024];
const QUALITY = 0.85;

/** Originals go as they are, since their EXIF is evidence; only what is over the limit (bytes) is made smaller. */
export async function prepare(file: Blob, role: Shot["role"], limit: number, live?: Live): Promise<Ready | Trouble> {
  if (!file.size) return "empty";
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    return "unreadable"; // a cloud photo that is not on the phone
  }
  if (!bytes.byteLength) return "empty";
  let told = { taken_at: live?.taken_at ?? null, lat: live?.lat ?? null, lon: live?.lon ?? null };
  let type = file.type;
  if (bytes.byteLength > limit) {
    told = exifOf(bytes);
    const smaller = await shrink(file, limit);
    if (!smaller) return "tooLarge";
    bytes = await smaller.arrayBuffer();
    type = smaller.type;
  }
  const shot: Shot = {
    sha256: await sha256(bytes),
    role,
    size: bytes.byteLength,
    type,
    in_camera: live !== undefined,
    ...told,
    safe_at: null,
    refused: "",
  };
  return { shot, bytes };
}

async function shrink(file: Blob, limit: number): Promise<Blob | null> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
  for (const side of SIDES) {
    const copy = await scaled(picture, Math.min(1, side / Math.max(picture.width, picture.height)));
    if (copy && copy.size <= limit) return copy;
  }
  return null;
}

function scaled(picture: ImageBitmap, scale: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return asJpeg(canvas);
}

export function asJpeg(canvas: HTMLCanvasElement): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
