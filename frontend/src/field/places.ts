/** The phone's place for forms that ask for it, and the nearest sites first. */
import { locate } from "../place";

export function fillPlaces(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-place]").forEach((form) => void fill(form));
}

async function fill(form: HTMLFormElement): Promise<void> {
  const line = form.querySelector<HTMLElement>("[data-part=place]");
  if (line) line.textContent = line.dataset["wait"] ?? "";
  try {
    const place = await locate();
    (form.elements.namedItem("lat") as HTMLInputElement).value = String(place.lat);
    (form.elements.namedItem("lon") as HTMLInputElement).value = String(place.lon);
    if (line) line.textContent = line.dataset["done"] ?? "";
  } catch {
    if (line) line.textContent = line.dataset["fail"] ?? "";
  }
}

export function findNearest(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-nearest]");
  button?.addEventListener("click", () => void goNearest(button));
}

async function goNearest(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    const place = await locate();
    const address = new URL(location.href);
    address.searchParams.set("lat", place.lat.toFixed(6));
    address.searchParams.set("lon", place.lon.toFixed(6));
    location.assign(address);
  } catch {
    button.textContent = button.dataset["failed"] ?? "";
  }
}
