/**
 * Names of our own areas over a map: plain text, so that the map needs no glyphs from outside. Where two would overlap
 * the lower level gives way; zooming in brings it back.
 */
import type { Feature, FeatureCollection, Position } from "geojson";
import type { Map } from "maplibre-gl";

interface Name {
  element: HTMLElement;
  at: [number, number];
  width: number;
  height: number;
}

/** The city's own name would only lie over that of the district in its middle. */
const LEVELS = ["district", "street", "community", "grid"];
const GAP = 2;

export function nameAreas(map: Map, frame: HTMLElement, areas: FeatureCollection): void {
  const layer = document.createElement("div");
  layer.className = "map__names";
  layer.setAttribute("aria-hidden", "true"); // the list beside the map says where each point lies
  const sorted = areas.features
    .filter(({ properties }) => LEVELS.includes(properties?.["level"] as string))
    .sort((a, b) => LEVELS.indexOf(a.properties?.["level"] as string) - LEVELS.indexOf(b.properties?.["level"] as string));
  const names = inner(sorted).flatMap((area) => nameOf(area));
  layer.append(...names.map((name) => name.element));
  frame.append(layer);
  for (const name of names) {
    name.width = name.element.offsetWidth;
    name.height = name.element.offsetHeight;
  }
  const place = (): void => placeAll(map, frame, names);
  map.on("move", place);
  map.on("resize", place);
  place();
}

/** Without the one area around all others: whose map it is stands above it, and its name would lie over theirs. */
function inner(sorted: Feature[]): Feature[] {
  const [first, second] = sorted;
  const alone = first && second && first.properties?.["level"] !== second.properties?.["level"];
  return alone ? sorted.slice(1) : sorted;
}

function nameOf(area: Feature): Name[] {
  const at = middle(area);
  const text = area.properties?.["name"] as string | undefined;
  if (!at || !text) return [];
  const element = document.createElement("span");
  element.className = `map__name map__name--${area.properties?.["level"] as string}`;
  element.textContent = text;
  return [{ element, at, width: 0, height: 0 }];
}

function placeAll(map: Map, frame: HTMLElement, names: Name[]): void {
  const taken: [number, number, number, number][] = [];
  for (const { element, at, width, height } of names) {
    const { x, y } = map.project(at);
    const box: [number, number, number, number] = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    const inside = box[0] >= 0 && box[1] >= 0 && box[2] <= frame.clientWidth && box[3] <= frame.clientHeight;
    const free = inside && taken.every((other) => apart(box, other));
    element.classList.toggle("is-off", !free);
    if (!free) continue;
    taken.push(box);
    element.style.transform = `translate(${Math.round(box[0])}px, ${Math.round(box[1])}px)`;
  }
}

function apart(a: [number, number, number, number], b: [number, number, number, number]): boolean {
  return a[2] + GAP < b[0] || b[2] + GAP < a[0] || a[3] + GAP < b[1] || b[3] + GAP < a[1];
}

/** The centre of gravity of the area's largest ring; null for what is no area. */
function middle({ geometry }: Feature): [number, number] | null {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  let best: { size: number; at: [number, number] } | null = null;
  for (const [ring] of polygons) {
    const found = ring ? gravity(ring) : null;
    if (found && (!best || found.size > best.size)) best = found;
  }
  return best?.at ?? null;
}

function gravity(ring: Position[]): { size: number; at: [number, number] } | null {
  const [west = 0, south = 0] = ring[0] ?? [];
  let twice = 0;
  let lon = 0;
  let lat = 0;
  for (let index = 0; index + 1 < ring.length; index += 1) {
    const [ax = 0, ay = 0] = ring[index] ?? [];
    const [bx = 0, by = 0] = ring[index + 1] ?? [];
    // Reckoned from the first corner: the differences are small, the coordinates are not.
    const cross = (ax - west) * (by - south) - (bx - west) * (ay - south);
    twice += cross;
    lon += (ax + bx - 2 * west) * cross;
    lat += (ay + by - 2 * south) * cross;
  }
  if (!twice) return null;
  return { size: Math.abs(twice) / 2, at: [west + lon / (3 * twice), south + lat / (3 * twice)] };
}
