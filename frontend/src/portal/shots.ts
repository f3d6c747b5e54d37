/** The photos of the draft: taken, chosen, shown, turned from near to far, thrown away. */
import { Camera, hasCamera, type Taken } from "./camera";
import type { Shot } from "./entry";
import { copyOf, part, say, show, skew } from "./page";
import { prepare, type Live } from "./photos";

export interface Keeper {
  /** The photos of the draft, in order. */
  shots(): readonly Shot[];
  add(shot: Shot, bytes: ArrayBuffer): Promise<void>;
  drop(sha256: string): Promise<void>;
  bytes(sha256: string): Promise<ArrayBuffer | undefined>;
  turn(sha256: string): void;
}

export class Shots {
  private readonly camera = hasCamera() ? new Camera((one) => this.took(one), skew()) : null;
  private readonly most: number;
  private readonly limit: number;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly keeper: Keeper,
  ) {
    this.most = Number(form.dataset["most"]);
    this.limit = Number(form.dataset["maxMb"]) * 1024 * 1024;
    for (const name of ["photos", "camera"]) this.input(name).addEventListener("change", () => void this.chosen(name));
    for (const role of ["near", "far"] as const) part(`take-${role}`).addEventListener("click", () => void this.take(role));
  }

  private input(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  private wanted: "near" | "far" = "near";

  private async take(role: "near" | "far"): Promise<void> {
    this.wanted = role;
    try {
      if (!this.camera) throw new Error("no camera of our own");
      await this.camera.open(role);
    } catch {
      this.input("camera").click(); // the phone's own
    }
  }

  private took({ picture, role, ...live }: Taken): Promise<void> {
    return this.take1(picture, role, live);
  }

  private async chosen(name: string): Promise<void> {
    const input = this.input(name);
    const files = Array.from(input.files ?? []);
    this.hear("");
    for (const file of files) {
      if (this.keeper.shots().length >= this.most) {
        this.hear(say("tooMany", { most: this.most, left: files.length - files.indexOf(file) }));
        break;
      }
      await this.take1(file, name === "camera" ? this.wanted : this.nextRole());
    }
    input.value = "";
  }

  /** First near, then far, more near ones after that. */
  private nextRole(): "near" | "far" {
    const roles = this.keeper.shots().map((shot) => shot.role);
    return roles.includes("near") && !roles.includes("far") ? "far" : "near";
  }

  private async take1(file: Blob, role: Shot["role"], live?: Live): Promise<void> {
    const ready = await prepare(file, role, this.limit, live);
    if (typeof ready === "string") return this.hear(say(ready, { mb: this.form.dataset["maxMb"] ?? "" }));
    if (this.keeper.shots().some((shot) => shot.sha256 === ready.shot.sha256)) return;
    await this.keeper.add(ready.shot, ready.bytes);
    await this.draw(ready.shot);
  }

  /** Show what the draft holds. */
  async restore(): Promise<void> {
    part("thumbs").replaceChildren();
    for (const shot of this.keeper.shots()) await this.draw(shot);
    this.frame();
  }

  private async draw(shot: Shot): Promise<void> {
    const bytes = await this.keeper.bytes(shot.sha256);
    if (!bytes) return;
    const item = copyOf("thumb");
    const picture = item.querySelector("img")!;
    picture.src = URL.createObjectURL(new Blob([bytes], { type: shot.type }));
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
    const role = part<HTMLButtonElement>("role", item);
    role.textContent = say(shot.role);
    role.addEventListener("click", () => {
      this.keeper.turn(shot.sha256);
      role.textContent = say(this.keeper.shots().find((one) => one.sha256 === shot.sha256)?.role ?? shot.role);
      this.frame();
    });
    part("drop", item).addEventListener("click", () => {
      item.remove();
      void this.keeper.drop(shot.sha256).then(() => this.frame());
    });
    part("thumbs").append(item);
    this.frame();
  }

  /** The big frames ask for what is still missing; once near and far are there they step back. */
  private frame(): void {
    const roles = this.keeper.shots().map((shot) => shot.role);
    show("take-near", !roles.includes("near"));
    show("take-far", !roles.includes("far"));
    part("frames").hidden = roles.includes("near") && roles.includes("far");
  }

  private hear(words: string): void {
    const line = show("shots-said", Boolean(words));
    line.textContent = words;
  }
}
