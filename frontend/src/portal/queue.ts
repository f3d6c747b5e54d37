/**
 * Sends what waits on the phone, one report after the other, until the server has named each photo as safe. Works with
 * no service worker: it runs while a page of ours is open, and again at the next visit.
 *
 * Nothing is believed but the server's own word. Each round begins with the report itself (the same id and body again
 * are answered 200 with what is still missing), so a lost reply, a killed tab or a second tab change nothing.
 */
import { complete, type Entry, type Shot } from "./entry";
import { skew } from "./page";
import { post, put, Refusal, refusalFor, waitsFor, type Answer } from "./send";
import type { Store } from "./store";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 5 * 60_000;

/** What is on its way this moment: the report itself (`photo` 0) or its n-th photo. */
export interface Going {
  id: string;
  photo: number;
  of: number;
  video?: boolean;
}

export class Queue {
  going: Going | null = null;
  private running = false;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly skew = skew();

  constructor(
    private readonly store: Store,
    /** Called after each step, with nothing: whoever shows the state reads it afresh. */
    private readonly changed: () => void,
    /** Of several open tabs one sends. */
    private readonly lock = "portal-queue",
  ) {}

  start(): void {
    addEventListener("online", () => this.push());
    addEventListener("pageshow", () => this.push());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.push();
    });
    this.push();
  }

  /** Now, whatever our own patience says; what the server asked to wait for is still kept. */
  push(): void {
    void this.pump(true);
  }

  private async pump(hurry: boolean): Promise<void> {
    if (this.running) {
      this.again ||= hurry;
      return;
    }
    this.running = true;
    try {
      await alone(this.lock, () => this.round(hurry));
    } finally {
      this.running = false;
      this.going = null;
      this.changed();
    }
    if (this.again) {
      this.again = false;
      await this.pump(true);
    } else await this.plan();
  }

  private async round(hurry: boolean): Promise<void> {
    for (const { id } of (await this.waiting()).reverse()) {
      const entry = await this.store.entry(id);
      if (!entry || entry.stage !== "waiting") continue;
      if (entry.next_at > Date.now() && (entry.held || !hurry)) continue;
      await this.send(entry);
    }
  }

  private async waiting(): Promise<Entry[]> {
    return (await this.store.entries()).filter((entry) => entry.stage === "waiting");
  }

  /** Wake up for the next one that waits. */
  private async plan(): Promise<void> {
    clearTimeout(this.timer);
    const times = (await this.waiting()).map((entry) => entry.next_at);
    if (!times.length) return;
    this.timer = setTimeout(() => void this.pump(false), Math.max(Math.min(...times) - Date.now(), 500));
  }

  private async send(entry: Entry): Promise<void> {
    try {
      this.show({ id: entry.id, photo: 0, of: entry.shots.length });
      const said = await post(entry.url, entry.body);
      if (said.id !== entry.id) throw new Refusal("", 0);
      await this.note(entry.id, said);
      await this.sendPhotos(entry, said);
      await this.settle(entry.id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.failed(entry.id, error);
    }
  }

  private async sendPhotos(entry: Entry, said: Answer): Promise<void> {
    let last = said;
    // The video last: on a bad line the photos shall not wait for it.
    const photos = entry.shots.filter((shot) => shot.role !== "video");
    for (const shot of [...photos, ...entry.shots.filter((one) => one.role === "video")]) {
      if (shot.refused || !waitsFor(last, shot.sha256)) continue;
      this.show({ id: entry.id, photo: photos.indexOf(shot) + 1 || 1, of: photos.length, video: shot.role === "video" });
      const answer = await this.sendPhoto(entry, shot);
      if (answer) last = answer;
      await this.note(entry.id, last);
    }
  }

  private async sendPhoto(entry: Entry, shot: Shot): Promise<Answer | null> {
    const bytes = await this.store.bytes(entry.id, shot.sha256);
    try {
      if (!bytes) throw new Refusal("—", 410); // the browser threw it away
      return await put(`${entry.url}/${entry.id}/${shot.role === "video" ? "videos" : "photos"}/${shot.sha256}`, bytes);
    } catch (error) {
      if (!(error instanceof Refusal) || error.passing) throw error;
      await this.refusePhoto(entry.id, shot.sha256, error.message);
      return null;
    }
  }

  private async refusePhoto(id: string, sha256: string, words: string): Promise<void> {
    await this.store.change(id, (entry) => {
      for (const shot of entry.shots) if (shot.sha256 === sha256) shot.refused = words || "—";
    });
    await this.store.dropBytes(id, sha256);
  }

  /** The server's word on each hash: acknowledged is what it declared and misses no more. */
  private async note(id: string, said: Answer): Promise<void> {
    const now = new Date(Date.now() + this.skew).toISOString();
    const kept = await this.store.change(id, (entry) => {
      entry.receipt ??= {
        number: said.number,
        code: said.receipt_code ?? "",
        path: new URL(said.url).pathname,
        received_at: said.received_at,
      };
      entry.sent_at ??= now;
      for (const shot of entry.shots) {
        shot.refused ||= refusalFor(said, shot.sha256);
        if (!shot.refused && !waitsFor(said, shot.sha256)) shot.safe_at ??= now;
      }
    });
    for (const shot of kept?.shots ?? []) if (shot.safe_at || shot.refused) await this.store.dropBytes(id, shot.sha256);
    this.changed();
  }

  /** All there: the phone forgets the words and the contact, and keeps the receipt. */
  private async settle(id: string): Promise<void> {
    const settled = await this.store.change(id, (entry) => {
      if (!complete(entry)) return;
      entry.stage = "safe";
      entry.body = "";
      entry.words = { text: "", category: "", address: "", name: "", phone: "" };
      entry.place = null;
      entry.problem = "";
    });
    if (settled?.stage === "safe" && settled.draft) await this.store.remove(settled.draft);
  }

  private async failed(id: string, refusal: Refusal): Promise<void> {
    await this.store.change(id, (entry) => {
      entry.problem = refusal.status ? refusal.message : "";
      if (!refusal.passing && withoutTimes(entry, refusal)) {
        entry.next_at = 0;
        return;
      }
      if (!refusal.passing) {
        entry.stage = "refused";
        return;
      }
      entry.tries += 1;
      const wait = Math.min(FIRST_WAIT * 2 ** (entry.tries - 1), LONGEST_WAIT);
      entry.held = refusal.wait > 0;
      entry.next_at = Date.now() + (refusal.wait * 1000 || wait * (0.75 + Math.random() / 2));
    });
  }

  private show(going: Going): void {
    this.going = going;
    this.changed();
  }
}

/** A phone whose clock is a day ahead speaks of the future. Its times are worth nothing then: without them the same
 * report is taken in, and a refused body was never stored, so another body may go under its id. */
function withoutTimes(entry: Entry, refusal: Refusal): boolean {
  const wrong = refusal.fields.length > 0 && refusal.fields.every((field) => /(observed_at|fixed_at|taken_at)$/.test(field));
  if (!wrong || refusal.status !== 422) return false;
  const body = JSON.parse(entry.body) as { observed_at?: string; fixed_at?: string; photos?: { taken_at?: string; in_camera?: boolean }[] };
  delete body.observed_at;
  delete body.fixed_at;
  for (const photo of body.photos ?? []) {
    delete photo.taken_at;
    delete photo.in_camera;
  }
  entry.body = JSON.stringify(body);
  return true;
}

/** Of several open tabs one sends; without locks (plain HTTP) both may, which the server bears. */
async function alone(name: string, work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}
