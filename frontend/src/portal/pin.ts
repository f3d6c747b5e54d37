/** A map under a pin that stands still: one moves the map with a thumb or the arrow keys. Loaded only when asked for. */
import type { Place } from "../place";
import { draw } from "../map";

/** Streets are known again, and a thumb still finds the spot. */
const CLOSE = 14.5;

export interface PinMap {
  centre(): [number, number];
  fly(place: Place): void;
}

export async function open(element: HTMLElement, place: Place | null): Promise<PinMap> {
  const map = await draw(element);
  const fly = ({ lat, lon }: Place): void => void map.jumpTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), CLOSE) });
  if (place) fly(place);
  return {
    centre: () => [map.getCenter().lng, map.getCenter().lat],
    fly,
  };
}
