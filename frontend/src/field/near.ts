/** Lists of things out there: how far each is from here, the nearest on top. Without a position they stay as they came. */
import { locate, type Place } from "../place";

const RADIUS = 6_371_008.8;

/** Metres between two points on the globe (haversine). */
export function metres(one: { lat: number; lon: number }, other: { lat: number; lon: number }): number {
  const rad = Math.PI / 180;
  const half = (angle: number): number => Math.sin((angle * rad) / 2) ** 2;
  const along = half(other.lat - one.lat);
  const across = Math.cos(one.lat * rad) * Math.cos(other.lat * rad) * half(other.lon - one.lon);
  return 2 * RADIUS * Math.asin(Math.sqrt(along + across));
}

/** "320 米" or "1.4 公里", in the words that the list carries. */
export function awayText(list: HTMLElement, distance: number): string {
  const far = distance >= 1000;
  const number = far ? (distance / 1000).toFixed(1) : String(Math.round(distance / 10) * 10);
  return (list.dataset[far ? "kilometres" : "metres"] ?? "").replace("{n}", number);
}

export function sortNear(): void {
  document.querySelectorAll<HTMLElement>("[data-near]").forEach((list) => void sort(list));
}

async function sort(list: HTMLElement): Promise<void> {
  if (!list.querySelector("[data-lat]")) return;
  let here: Place;
  try {
    here = await locate();
  } catch {
    return;
  }
  const found = Array.from(list.querySelectorAll<HTMLElement>(":scope > *"), (row) => ({ row, far: distance(row, here) }));
  found.sort((one, other) => one.far - other.far);
  for (const { row, far } of found) {
    const line = row.querySelector<HTMLElement>("[data-part=away]");
    if (line && Number.isFinite(far)) line.textContent = `${awayText(list, far)} · `;
    list.append(row);
  }
}

/** Infinite for what has no place: it comes last. */
function distance(row: HTMLElement, here: Place): number {
  const { lat, lon } = row.dataset;
  return lat && lon ? metres(here, { lat: Number(lat), lon: Number(lon) }) : Infinity;
}
