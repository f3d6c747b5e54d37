/** The page of 随手拍. What is written and photographed is on the phone at once; sending is the queue's affair. */
import type { Place } from "../place";
import type { Cards } from "./cards";
import { blank, emptyEntry, type Entry, type Shot, type Words } from "./entry";
import { choose, near, type Near } from "./nearby";
import { json, part, say, show, skew } from "./page";
import { Reel } from "./reel";
import { Shots } from "./shots";
import { suggest, type Category } from "./suggest";
import type { Store } from "./store";
import { uuid7 } from "./uuid7";
import { Where } from "./where";

const FIELDS = ["text", "address", "name", "phone"] as const;
const REPORTS = "/api/v1/reports";

export class ReportForm {
  private entry = emptyEntry(uuid7());
  private readonly categories = json<Category[]>("categories") ?? [];
  private readonly skew = skew();
  private readonly shots: Shots;
  private readonly reel: Reel;
  private readonly where: Where;
  private readonly rule: RegExp;
  private saving: Promise<unknown> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly store: Store,
    private readonly cards: Cards,
    private readonly push: () => void,
  ) {
    this.rule = new RegExp(form.dataset["complaint"] || "(?!)", "u");
    this.where = new Where((place) => this.moved(place));
    const keeper = {
      bytes: (sha256: string) => store.bytes(this.entry.id, sha256),
      add: async (shot: Shot, bytes: ArrayBuffer) => {
        await this.keep(() => store.keepBytes(this.entry.id, shot.sha256, bytes));
        this.entry.shots.push(shot);
        this.where.askOnce();
        await this.save();
      },
      drop: async (sha256: string) => {
        this.entry.shots = this.entry.shots.filter((shot) => shot.sha256 !== sha256);
        await this.save();
        await store.dropBytes(this.entry.id, sha256);
      },
    };
    this.reel = new Reel(form, { ...keeper, video: () => this.entry.shots.find(isVideo) });
    this.shots = new Shots(form, {
      ...keeper,
      shots: () => this.entry.shots.filter((shot) => !isVideo(shot)),
      turn: (sha256) => {
        for (const shot of this.entry.shots) {
          if (shot.sha256 === sha256) shot.role = shot.role === "near" ? "far" : "near";
        }
        void this.save();
      },
    });
  }

  /** Show the page with the draft of last time, or with the refused report that shall be mended. */
  async start(): Promise<void> {
    const wanted = new URLSearchParams(location.search).get("mend");
    const entries = await this.store.entries();
    const found = entries.find((entry) => (wanted ? entry.id === wanted : entry.stage === "draft"));
    if (found?.kind === "report" && ["draft", "refused"].includes(found.stage)) {
      this.entry = found;
      this.entry.stage = "draft";
    }
    this.form.addEventListener("input", (event) => this.wrote(event.target as HTMLInputElement));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    part("again").addEventListener("click", () => void this.fresh());
    part("clear").addEventListener("click", () => void this.clear());
    show("not-kept", !this.store.lasting);
    await this.fill();
    this.preset();
    this.form.hidden = false;
    // A tab that is put away may never come back: what was written a moment ago goes to the disk first.
    document.addEventListener("visibilitychange", () => void this.save());
  }

  /** A shop's code brings its place along. What was written before goes first. */
  private preset(): void {
    const query = new URLSearchParams(location.search);
    const address = (query.get("address") ?? "").slice(0, 200);
    if (!address || !blank(this.entry)) return;
    this.entry.words.address = address;
    this.input("address").value = address;
    const [lat, lon] = [Number(query.get("lat")), Number(query.get("lon"))];
    if (!query.get("lat") || !(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return;
    this.entry.place = { lat, lon, metres: 0, pinned: true };
    this.where.set(this.entry.place);
  }

  private input(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  private async fill(): Promise<void> {
    const { words, place, problem } = this.entry;
    for (const name of FIELDS) this.input(name).value = words[name];
    this.choose(words.category);
    this.answer(words.complaint ?? "");
    this.where.set(place);
    await this.shots.restore();
    this.reel.restore();
    this.count();
    this.offer();
    show("restored", !blank(this.entry));
    part<HTMLDetailsElement>("contact").open = Boolean(words.name || words.phone);
    this.hear(problem, Boolean(problem));
  }

  private wrote(field: HTMLInputElement): void {
    if (["photos", "camera", "video"].includes(field.name)) return;
    if (field.name === "category") this.choose(field.value);
    if (field.name === "complaint") this.answer(field.value as NonNullable<Words["complaint"]>);
    if (field.name === "text") {
      this.count();
      this.offer();
      this.ask();
    }
    for (const name of FIELDS) this.entry.words[name] = this.input(name).value;
    if (field.name === "category" || this.entry.words.text.length > 1) this.where.askOnce();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), 250);
  }

  private choose(code: string): void {
    this.entry.words.category = code;
    for (const radio of this.form.querySelectorAll<HTMLInputElement>("input[name=category]")) {
      radio.checked = radio.value === code;
    }
  }

  private answer(complaint: NonNullable<Words["complaint"]>): void {
    this.entry.words.complaint = complaint;
    for (const radio of this.form.querySelectorAll<HTMLInputElement>("input[name=complaint]")) {
      radio.checked = radio.value === complaint;
    }
    part<HTMLDetailsElement>("complaint-box").open = Boolean(complaint) || this.sounds();
    this.ask();
  }

  /** Whether the words sound like a complaint about staff or a unit; the rule is the server's. */
  private sounds(): boolean {
    return this.rule.test(this.input("text").value);
  }

  private ask(): void {
    const asks = this.sounds() && !this.entry.words.complaint;
    show("complaint-asked", asks);
    if (asks) part<HTMLDetailsElement>("complaint-box").open = true;
  }

  /** Kinds that are like the words, beside the ten that stand there always. */
  private offer(): void {
    const known = new Set(
      Array.from(part("top").querySelectorAll<HTMLInputElement>("input"), (radio) => radio.value),
    );
    const found = suggest(this.input("text").value, this.categories);
    const chosen = this.categories.find(({ code }) => code === this.entry.words.category);
    const wanted = chosen && !known.has(chosen.code) && !found.includes(chosen) ? [chosen, ...found] : found;
    part("like").replaceChildren(...wanted.map((category) => this.chip(category)));
    show("like-box", wanted.length > 0);
  }

  private chip({ code, zh }: Category): HTMLElement {
    const label = part<HTMLTemplateElement>("chip").content.firstElementChild!.cloneNode(true) as HTMLElement;
    const radio = label.querySelector("input")!;
    radio.value = code;
    radio.name = "like";
    radio.checked = code === this.entry.words.category;
    radio.addEventListener("change", () => {
      this.choose(code);
      this.where.askOnce();
      void this.save();
    });
    label.querySelector("span")!.textContent = zh;
    return label;
  }

  private count(): void {
    const field = this.input("text");
    part("count").textContent = `${field.value.length}/${field.maxLength}`;
  }

  private moved(place: Place | null): void {
    this.entry.place = place;
    void this.save();
  }

  /** Put the draft on the disk, unless another tab has sent it: then this page begins a new one. */
  private save(): Promise<unknown> {
    const entry = this.entry;
    if (entry.stage !== "draft" || blank(entry)) return this.saving;
    this.saving = this.saving.then(async () => {
      const stored = await this.store.entry(entry.id);
      if (stored && !["draft", "refused"].includes(stored.stage)) return;
      await this.keep(() => this.store.put(entry));
    });
    return this.saving;
  }

  private async keep(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.hear(say("full"), true);
      throw error;
    }
  }

  private compose(): string | null {
    const { words, place, id } = this.entry;
    const shots = this.entry.shots.filter((shot) => !isVideo(shot));
    const video = this.entry.shots.find(isVideo);
    const chosen = this.categories.find(({ code }) => code === words.category);
    const text = words.text.trim() || (chosen?.zh ?? "");
    const address = words.address.trim();
    if (!text) return this.need("text", say("needText"));
    if (this.sounds() && !words.complaint) {
      this.ask();
      this.hear(say("needComplaint"), true);
      this.form.querySelector<HTMLInputElement>("input[name=complaint]")?.focus();
      return null;
    }
    const complaint = words.complaint === "yes";
    if (!place && !address && !complaint) return this.need("address", say("needPlace"));
    const [name, phone] = [words.name.trim(), words.phone.trim()];
    this.entry.title = text.slice(0, 40);
    return JSON.stringify({
      id,
      text,
      observed_at: new Date(Date.now() + this.skew).toISOString(),
      privacy: this.form.dataset["privacy"],
      photos: shots.map(({ sha256, role, taken_at, lat, lon, in_camera }) => ({
        sha256,
        role,
        ...(taken_at ? { taken_at } : {}),
        ...(lat !== null ? { lat, lon } : {}),
        ...(in_camera ? { in_camera } : {}),
      })),
      ...(video ? { video: { sha256: video.sha256 } } : {}),
      ...(shots.some((shot) => shot.in_camera) ? { camera_pass: this.form.dataset["pass"] } : {}),
      ...(complaint ? { complaint } : chosen ? { category: chosen.code } : {}),
      ...(place ? { lat: place.lat, lon: place.lon } : {}),
      ...(address ? { address } : {}),
      ...(phone || name ? { contact: { name, phone } } : {}),
    });
  }

  private need(field: keyof Words, words: string): null {
    this.hear(words, true);
    this.input(field).focus();
    return null;
  }

  private async send(): Promise<void> {
    for (const name of FIELDS) this.entry.words[name] = this.input(name).value;
    const body = this.compose();
    if (!body) return;
    const button = part<HTMLButtonElement>("send");
    button.disabled = true;
    try {
      this.hear(say("looking"));
      // A complaint is nobody else's: it is not looked for among the troubles nearby.
      const same = this.entry.words.complaint === "yes" ? null : await this.known();
      if (same) await this.join(same);
      else await this.release(REPORTS, body, this.entry);
    } finally {
      button.disabled = false;
    }
  }

  private async known(): Promise<Near | null> {
    const { place, words } = this.entry;
    if (!place || !navigator.onLine) return null;
    const found = await near(place, words.category);
    if (!found.length) return null;
    this.hear("");
    this.form.hidden = true;
    return choose(found, this.skew);
  }

  /** "Me too": the case is followed, no second report of the same is made. The draft goes when that is safe. */
  private async join({ id: caseId, category }: Near): Promise<void> {
    const title = category?.name ?? "";
    const watch: Entry = { ...emptyEntry(uuid7()), kind: "watch", title, draft: this.entry.id };
    await this.release(`/api/v1/nearby/${caseId}/watches`, JSON.stringify({ id: watch.id, phone: phoneToken() }), watch);
  }

  /** From here on it is the queue's. */
  private async release(url: string, body: string, entry: Entry): Promise<void> {
    clearTimeout(this.timer);
    await this.saving;
    Object.assign(entry, { stage: "waiting", url, body, made_at: new Date(Date.now() + this.skew).toISOString() });
    Object.assign(entry, { tries: 0, next_at: 0, held: false, problem: "" });
    await this.keep(() => this.store.put(entry));
    void navigator.storage?.persist?.();
    this.hear("");
    this.form.hidden = true;
    this.cards.only(entry.id);
    await this.cards.draw();
    const box = show("receipt", true);
    box.focus();
    this.push();
  }

  private async fresh(): Promise<void> {
    this.entry = emptyEntry(uuid7());
    this.cards.only(null);
    show("receipt", false);
    history.replaceState(null, "", location.pathname);
    await this.fill();
    this.form.hidden = false;
    scrollTo({ top: 0 });
  }

  private async clear(): Promise<void> {
    await this.saving;
    await this.store.remove(this.entry.id);
    await this.fresh();
  }

  private hear(words: string, bad = false): void {
    const line = show("said", Boolean(words));
    line.textContent = words;
    line.className = bad ? "say say--error" : "say";
  }
}

function isVideo(shot: Shot): boolean {
  return shot.role === "video";
}

/** A random name of this phone, so that one phone is one vote; it says nothing of its owner. */
function phoneToken(): string {
  try {
    const kept = localStorage.getItem("portal-phone") ?? uuid7();
    localStorage.setItem("portal-phone", kept);
    return kept;
  } catch {
    return uuid7();
  }
}
