/**
 * Our own camera: a photo taken here and now, with the position at that moment (evidence grade A). Near first, then far.
 * Where a browser has none or the citizen says no, the phone's own camera and gallery stay.
 */
import { asJpeg, type Live } from "./photos";
import { part, show } from "./page";

export interface Taken extends Live {
  picture: Blob;
  role: "near" | "far";
}

export function hasCamera(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia) && typeof HTMLDialogElement !== "undefined";
}

export class Camera {
  private readonly dialog: HTMLDialogElement;
  private readonly video: HTMLVideoElement;
  private stream: MediaStream | null = null;
  private watch = 0;
  private position: GeolocationPosition | null = null;
  private role: "near" | "far" = "near";

  constructor(
    private readonly taken: (one: Taken) => Promise<void>,
    /** Milliseconds from the phone's clock to the city's. */
    private readonly skew: number,
  ) {
    this.dialog = part<HTMLDialogElement>("camera");
    this.video = part<HTMLVideoElement>("view");
    part("shutter").addEventListener("click", () => void this.shoot());
    part("enough").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.stop());
  }

  /** Throws when there is no camera or no leave to use it. */
  async open(role: "near" | "far"): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 3840 }, height: { ideal: 2160 } },
    });
    this.position = null;
    this.watch = navigator.geolocation?.watchPosition(
      (position) => {
        this.position = position;
        show("camera-placed", true);
      },
      () => show("camera-placed", false),
      { enableHighAccuracy: true, maximumAge: 5000 },
    );
    this.turnTo(role);
    this.video.srcObject = this.stream;
    this.dialog.showModal();
    await this.video.play();
  }

  private turnTo(role: "near" | "far"): void {
    this.role = role;
    show("ask-near", role === "near");
    show("ask-far", role === "far");
  }

  private async shoot(): Promise<void> {
    if (!this.video.videoWidth) return;
    const canvas = document.createElement("canvas");
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext("2d")?.drawImage(this.video, 0, 0);
    const coords = this.position?.coords;
    const taken_at = new Date(Date.now() + this.skew).toISOString();
    const role = this.role;
    if (role === "near") this.turnTo("far");
    else this.dialog.close();
    const picture = await asJpeg(canvas);
    if (picture) await this.taken({ picture, role, taken_at, lat: coords?.latitude ?? null, lon: coords?.longitude ?? null });
  }

  private stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    if (this.watch) navigator.geolocation.clearWatch(this.watch);
  }
}
