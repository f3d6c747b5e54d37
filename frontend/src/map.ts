/**
 * A map of our own boundaries and points. Without a base map it needs nothing from outside: no tiles, no glyphs.
 *
 * `data-map` is the address of `{"areas": FeatureCollection, "points": FeatureCollection}`; a point has `title`, `url`
 * and `tone` (blue, red, amber, green). `data-tiles` is an optional raster template.
 */
import type { FeatureCollection, Point } from "geojson";
import * as maplibre from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import { nameAreas } from "./names";
import { setByHand } from "./point";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";

interface Content {
  areas: FeatureCollection;
  points: FeatureCollection<Point, { title: string; url: string; tone: string }>;
}

// The worker comes from our own address, so the page's policy needs no `blob:`.
maplibre.setWorkerUrl(workerUrl);

export async function draw(element: HTMLElement): Promise<maplibre.Map> {
  const answer = await fetch(element.dataset["map"] ?? "", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`map: ${answer.status}`);
  const content = (await answer.json()) as Content;
  const map = new maplibre.Map({
    container: element,
    style: style(content, element.dataset["tiles"] ?? ""),
    bounds: bounds(content),
    fitBoundsOptions: { padding: 24, maxZoom: 15 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  map.addControl(new maplibre.ScaleControl({}));
  map.on("click", "points", (event) => {
    const feature = event.features?.[0];
    if (!feature) return;
    const { title, url } = feature.properties as { title: string; url: string };
    const [lon, lat] = (feature.geometry as Point).coordinates as [number, number];
    new maplibre.Popup({ closeButton: false }).setLngLat([lon, lat]).setDOMContent(linkTo(title, url)).addTo(map);
  });
  map.on("mouseenter", "points", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "points", () => (map.getCanvas().style.cursor = ""));
  nameAreas(map, element, content.areas);
  if (element.dataset["point"]) setByHand(map, element);
  map.on("load", () => (element.dataset["drawn"] = "done"));
  return map;
}

function linkTo(title: string, url: string): HTMLElement {
  const link = document.createElement(url ? "a" : "span");
  link.textContent = title;
  if (link instanceof HTMLAnchorElement) link.href = url;
  return link;
}

function style(content: Content, tiles: string): maplibre.StyleSpecification {
  const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const tones = ["red", "amber", "green"].flatMap((tone) => [tone, token(tone)]);
  return {
    version: 8,
    sources: {
      ...(tiles ? { base: { type: "raster", tiles: [tiles], tileSize: 256 } } : {}),
      areas: { type: "geojson", data: content.areas },
      points: { type: "geojson", data: content.points },
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": token("sunk") } },
      ...(tiles ? [{ id: "base", type: "raster", source: "base" } as const] : []),
      {
        id: "areas",
        type: "fill",
        source: "areas",
        paint: { "fill-color": token("sheet"), "fill-opacity": tiles ? 0.1 : 1 },
      },
      {
        id: "lines",
        type: "line",
        source: "areas",
        paint: {
          "line-color": token("ink-3"),
          "line-width": ["match", ["get", "level"], "city", 2.5, "district", 1.6, "street", 0.8, 0.4],
        },
      },
      {
        id: "points",
        type: "circle",
        source: "points",
        paint: {
          "circle-color": ["match", ["get", "tone"], ...tones, token("blue")] as unknown as string,
          // Size says it too, for eyes and printers that lose the colour.
          "circle-radius": ["match", ["get", "tone"], "red", 7, "amber", 6, 4.5],
          "circle-stroke-color": token("sheet"),
          "circle-stroke-width": 1,
        },
      },
    ],
  };
}

function bounds(content: Content): [number, number, number, number] {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number" && typeof part[1] === "number") {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
      return;
    }
    for (const inner of part) visit(inner);
  };
  const frame = content.areas.features.length ? content.areas : content.points;
  for (const { geometry } of frame.features) if ("coordinates" in geometry) visit(geometry.coordinates);
  return box[0] > box[2] ? [73, 18, 135, 54] : box;
}
