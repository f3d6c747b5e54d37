/** Where it is: by the phone's position, or by a pin on a map of our own boundaries. WGS-84 as browsers give it. */
import { locate, type Place } from "../place";
import { part, say, show } from "./page";

export class Where {
  private asked = false;
  private map: { centre(): [number, number]; fly(place: Place): void } | null = null;

  constructor(
    private readonly moved: (place: Place | null) => void,
    private place: Place | null = null,
  ) {
    part("locate").addEventListener("click", () => void this.find(true));
    part("pin").addEventListener("click", () => void this.openMap());
    part("pinned").addEventListener("click", () => this.take());
    if (place) this.tell(place);
  }

  /** Three taps: once something was chosen the place is asked for by itself. */
  askOnce(): void {
    if (!this.asked && !this.place) void this.find(false);
  }

  set(place: Place | null): void {
    this.place = place;
    if (place) this.tell(place);
    else this.hear("", false);
  }

  private async find(pressed: boolean): Promise<void> {
    this.asked = true;
    this.hear(say("locating"), false);
    try {
      this.settle(await locate());
    } catch (error) {
      if (this.place) return this.tell(this.place); // a pin was set meanwhile
      const denied = error instanceof GeolocationPositionError && error.code === error.PERMISSION_DENIED;
      this.hear(say(denied ? "denied" : "noPlace"), false, true);
      if (pressed) part("pin").focus();
    }
  }

  private settle(place: Place): void {
    this.place = place;
    this.map?.fly(place);
    this.tell(place);
    this.moved(place);
  }

  private tell(place: Place): void {
    this.hear(place.pinned ? say("pinnedAt") : say("located", { metres: place.metres }), true);
  }

  private hear(words: string, met: boolean, bad = false): void {
    const line = part("place");
    line.textContent = words;
    line.classList.toggle("met", met);
    line.classList.toggle("overdue", bad);
  }

  private async openMap(): Promise<void> {
    const box = show("map-box", true);
    if (this.map) return;
    try {
      const pin = await import("./pin");
      this.map = await pin.open(part("map"), this.place);
      box.scrollIntoView({ block: "nearest" });
    } catch {
      part("map").textContent = say("noMap");
      part("pinned").hidden = true;
    }
  }

  private take(): void {
    if (!this.map) return;
    const [lon, lat] = this.map.centre();
    this.settle({ lat: Number(lat.toFixed(6)), lon: Number(lon.toFixed(6)), metres: 0, pinned: true });
    show("map-box", false);
    part("pin").focus();
  }
}
