/** A place set by hand on a map of the desk: `data-point` names the fields that a click writes latitude and longitude into. */
import { Marker } from "maplibre-gl";
import type { Map } from "maplibre-gl";

const DIGITS = 6; // a decimetre

export function setByHand(map: Map, element: HTMLElement): void {
  const [lat, lon] = (element.dataset["point"] ?? "").split(" ").map((id) => document.getElementById(id));
  if (!(lat instanceof HTMLInputElement) || !(lon instanceof HTMLInputElement)) return;
  const marker = new Marker({ color: getComputedStyle(document.documentElement).getPropertyValue("--blue").trim() });
  const show = (): void => void marker.setLngLat([Number(lon.value), Number(lat.value)]).addTo(map);
  if (lat.value && lon.value) {
    show();
    map.jumpTo({ center: [Number(lon.value), Number(lat.value)], zoom: 14 });
  }
  map.getCanvas().style.cursor = "crosshair";
  map.on("click", ({ lngLat }) => {
    lat.value = lngLat.lat.toFixed(DIGITS);
    lon.value = lngLat.lng.toFixed(DIGITS);
    show();
  });
}
