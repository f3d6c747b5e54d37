/** The one short video of the draft: chosen, looked at on the phone, thrown away. Too large or too long is said here,
 * before anything is sent; what the phone cannot judge the server does. */
import type { Shot } from "./entry";
import { part, say, show } from "./page";
import { sha256 } from "./sha256";

export interface ReelKeeper {
  video(): Shot | undefined;
  add(shot: Shot, bytes: ArrayBuffer): Promise<void>;
  drop(sha256: string): Promise<void>;
}

/** Players round; the server forgives as much. */
const GRACE = 1;
const PATIENCE = 4_000;

export class Reel {
  private readonly input: HTMLInputElement | null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly keeper: ReelKeeper,
  ) {
    // Where the server takes no videos the page says so, and has no field for one.
    this.input = form.querySelector<HTMLInputElement>("input[name=video]");
    if (!this.input) return;
    this.input.addEventListener("change", () => void this.chosen());
    part("video-drop").addEventListener("click", () => void this.drop());
  }

  /** Show what the draft holds. */
  restore(): void {
    if (!this.input) return;
    const shot = this.keeper.video();
    show("video-pick", !shot);
    show("video-chosen", Boolean(shot));
    if (shot) part("video-name").textContent = say("videoChosen", { mb: (shot.size / 1024 / 1024).toFixed(1) });
  }

  private async chosen(): Promise<void> {
    const file = this.input?.files?.[0];
    this.input!.value = "";
    this.hear("");
    if (!file) return;
    const trouble = await this.judge(file);
    if (trouble) return this.hear(trouble);
    let bytes: ArrayBuffer;
    try {
      bytes = await file.arrayBuffer();
    } catch {
      return this.hear(say("videoUnreadable")); // a cloud video that is not on the phone
    }
    await this.keeper.add(shotOf(file, await sha256(bytes)), bytes);
    this.restore();
  }

  private async judge(file: File): Promise<string> {
    const [most, longest] = [Number(this.form.dataset["videoBytes"]), Number(this.form.dataset["videoSeconds"])];
    if (!file.size) return say("videoUnreadable");
    if (file.size > most) return say("videoTooLarge", { mb: Math.floor(most / 1024 / 1024) });
    const seconds = await lengthOf(file);
    return seconds > longest + GRACE ? say("videoTooLong", { seconds: longest }) : "";
  }

  private async drop(): Promise<void> {
    const shot = this.keeper.video();
    if (shot) await this.keeper.drop(shot.sha256);
    this.hear("");
    this.restore();
  }

  private hear(words: string): void {
    show("video-said", Boolean(words)).textContent = words;
  }
}

function shotOf(file: File, hash: string): Shot {
  return {
    sha256: hash, role: "video", size: file.size, type: file.type, in_camera: false,
    taken_at: null, lat: null, lon: null, safe_at: null, refused: "",
  };
}

/** Seconds of a video; 0 where this phone cannot tell (a codec it does not play). */
function lengthOf(file: File): Promise<number> {
  const player = document.createElement("video");
  const address = URL.createObjectURL(file);
  return new Promise<number>((resolve) => {
    const tell = (): void => resolve(Number.isFinite(player.duration) ? player.duration : 0);
    player.addEventListener("loadedmetadata", tell);
    player.addEventListener("error", () => resolve(0));
    setTimeout(() => resolve(0), PATIENCE);
    player.preload = "metadata";
    player.src = address;
  }).finally(() => {
    player.removeAttribute("src");
    URL.revokeObjectURL(address);
  });
}
