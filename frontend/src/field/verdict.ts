/** The verdict on one case: fixed, or not and why; a photo by our own camera. It goes out by the queue, once. */
import { Camera, hasCamera, type Taken } from "../portal/camera";
import { emptyEntry, type Entry, type Shot } from "../portal/entry";
import { part } from "../portal/page";
import { prepare, type Live } from "../portal/photos";
import type { Queue } from "../portal/queue";
import type { Store } from "../portal/store";
import { uuid7 } from "../portal/uuid7";
import type { Waiting } from "./verify";

const MOST = 3;

/** What this phone said of the case, the newest, since the work on it was done: of an earlier round nothing counts. */
export function verdictOn(one: Waiting, entries: readonly Entry[]): Entry | undefined {
  return entries.find(({ url, made_at }) => url === one.url && Date.parse(made_at) >= Date.parse(one.handled_at));
}

interface Held {
  shot: Shot;
  bytes: ArrayBuffer;
}

export class Verdict {
  private one: Waiting | null = null;
  private pass = "";
  private held: Held[] = [];
  private readonly camera: Camera | null;
  private readonly urls: string[] = [];

  constructor(
    private readonly box: HTMLElement,
    private readonly store: Store,
    private readonly queue: Queue,
    private readonly skew: number,
    private readonly done: () => void,
  ) {
    this.camera = hasCamera() ? new Camera((taken) => this.took(taken), skew) : null;
    part("take", box).addEventListener("click", () => void this.take());
    this.file.addEventListener("change", () => void this.chosen());
    part("fixed", box).addEventListener("click", () => void this.send(true));
    part("not-fixed", box).addEventListener("click", () => void this.send(false));
  }

  private get file(): HTMLInputElement {
    return part<HTMLInputElement>("file", this.box);
  }

  private get note(): HTMLTextAreaElement {
    return part<HTMLTextAreaElement>("note", this.box);
  }

  /** Begin with this case, unless a verdict on it is on its way already. */
  async about(one: Waiting, pass: string): Promise<void> {
    this.leave();
    this.one = one;
    this.pass = pass;
    const stage = verdictOn(one, await this.store.entries())?.stage;
    const given = stage === "waiting" || stage === "safe";
    part("judge", this.box).hidden = given;
    part("given", this.box).hidden = !given;
  }

  leave(): void {
    this.one = null;
    this.held = [];
    this.note.value = "";
    for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
    part("shots", this.box).replaceChildren();
    this.hear("");
  }

  private async take(): Promise<void> {
    try {
      if (!this.camera) throw new Error("no camera of our own");
      await this.camera.open("far");
    } catch {
      this.file.click(); // the phone's own
    }
  }

  private took({ picture, taken_at, lat, lon }: Taken): Promise<void> {
    return this.keep(picture, { taken_at, lat, lon });
  }

  private async chosen(): Promise<void> {
    for (const file of Array.from(this.file.files ?? [])) await this.keep(file);
    this.file.value = "";
  }

  private async keep(picture: Blob, live?: Live): Promise<void> {
    if (this.held.length >= MOST) return;
    const ready = await prepare(picture, "evidence", Number(this.box.dataset["maxMb"]) * 1024 * 1024, live);
    if (typeof ready === "string") return this.hear("badPhoto");
    if (this.held.some(({ shot }) => shot.sha256 === ready.shot.sha256)) return;
    this.held.push(ready);
    const image = document.createElement("img");
    image.src = URL.createObjectURL(new Blob([ready.bytes], { type: ready.shot.type }));
    image.alt = this.box.dataset["shot"] ?? "";
    image.className = "task__photo";
    this.urls.push(image.src);
    part("shots", this.box).append(image);
  }

  private async send(fixed: boolean): Promise<void> {
    const one = this.one;
    if (!one) return;
    const note = this.note.value.trim();
    if (!fixed && !note) {
      this.hear("noNote");
      return this.note.focus();
    }
    const entry = emptyEntry(uuid7());
    entry.title = `${one.number} ${this.box.dataset[fixed ? "fixed" : "notFixed"] ?? ""}`;
    entry.url = one.url;
    entry.made_at = new Date(Date.now() + this.skew).toISOString();
    entry.stage = "waiting";
    entry.shots = this.held.map(({ shot }) => shot);
    entry.body = JSON.stringify({
      id: entry.id,
      handled_at: one.handled_at,
      fixed,
      note: fixed ? "" : note,
      camera_pass: this.pass,
      photos: entry.shots.map(({ sha256, taken_at, lat, lon, in_camera }) => ({ sha256, taken_at, lat, lon, in_camera })),
    });
    try {
      for (const { shot, bytes } of this.held) await this.store.keepBytes(entry.id, shot.sha256, bytes);
      await this.store.put(entry);
    } catch {
      return this.hear("full");
    }
    this.queue.push();
    this.done();
  }

  private hear(what: "" | "noNote" | "badPhoto" | "full"): void {
    const line = part("said", this.box);
    line.textContent = what ? (this.box.dataset[what] ?? "") : "";
    line.hidden = !what;
  }
}
