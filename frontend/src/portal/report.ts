/**
 * The page of 随手拍: photo, kind of problem, send. The report stays on the phone until the server has said that it is
 * safe there; sending again after a broken line repeats the same id and does no harm.
 */
import { locate, type Place } from "../place";
import { Refusal, sendPhoto, sendReport, type Photo, type Receipt, type Report } from "./send";
import { sha256 } from "./sha256";
import { uuid7 } from "./uuid7";

const MOST = 9;

/** The texts of the page, written by the server in the reader's language. */
type Words = Record<
  "locating" | "located" | "noPlace" | "sending" | "photo" | "offline" | "tooMany" | "tooLarge" | "needText" | "needPlace",
  string
>;

export function startReport(form: HTMLFormElement): void {
  new ReportPage(form);
}

class ReportPage {
  private readonly words: Words;
  private readonly language = document.documentElement.lang;
  private readonly id = uuid7();
  private readonly photos: Photo[] = [];
  private place: Place | null = null;
  private asked = false;
  private report: Report | null = null;
  private busy = false;
  /** Milliseconds from the phone's clock to the city's: a phone that is a minute fast has not seen the future. */
  private readonly skew: number;

  constructor(private readonly form: HTMLFormElement) {
    this.words = JSON.parse(form.querySelector("script")?.textContent ?? "{}") as Words;
    const told = Date.parse(form.dataset["now"] ?? "");
    this.skew = Number.isNaN(told) ? 0 : told - Date.now();
    this.form.hidden = false;
    this.input("photos").addEventListener("change", (event) => void this.addPhotos(event.target as HTMLInputElement));
    this.form.addEventListener("change", (event) => this.chose(event.target as HTMLInputElement));
    this.part("locate").addEventListener("click", () => void this.findPlace());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  private part(name: string): HTMLElement {
    const found = this.form.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (!found) throw new Error(`the page lacks ${name}`);
    return found;
  }

  private input(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  private chose(field: HTMLInputElement): void {
    // Three taps: once something was chosen the place is asked for by itself.
    if (["photos", "category"].includes(field.name) && !this.asked) void this.findPlace();
  }

  private async addPhotos(input: HTMLInputElement): Promise<void> {
    const limit = Number(this.form.dataset["maxMb"]) * 1024 * 1024;
    for (const file of Array.from(input.files ?? [])) {
      if (this.photos.length >= MOST) {
        this.say(this.words.tooMany, true);
        break;
      }
      if (file.size > limit) {
        this.say(this.words.tooLarge, true);
        continue;
      }
      const photo = { file, sha256: await sha256(await file.arrayBuffer()) };
      if (!this.photos.some((other) => other.sha256 === photo.sha256)) {
        this.photos.push(photo);
        this.show(photo);
      }
    }
    input.value = "";
  }

  private show(photo: Photo): void {
    const template = this.part("thumb") as HTMLTemplateElement;
    const item = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    const picture = item.querySelector("img")!;
    picture.src = URL.createObjectURL(photo.file);
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
    item.querySelector("button")!.addEventListener("click", () => {
      this.photos.splice(this.photos.indexOf(photo), 1);
      item.remove();
    });
    this.part("thumbs").append(item);
  }

  private async findPlace(): Promise<void> {
    this.asked = true;
    const said = this.part("place");
    said.textContent = this.words.locating;
    try {
      this.place = await locate();
      said.textContent = this.words.located.replace("{metres}", String(this.place.metres));
      said.classList.add("met");
    } catch {
      said.textContent = this.words.noPlace;
      this.input("address").focus();
    }
  }

  private compose(): Report | null {
    const category = this.form.querySelector<HTMLInputElement>("input[name=category]:checked");
    const text = this.input("text").value.trim() || (category?.dataset["name"] ?? "");
    const address = this.input("address").value.trim();
    if (!text) return this.need("text", this.words.needText);
    if (!this.place && !address) return this.need("address", this.words.needPlace);
    const phone = this.input("phone").value.trim();
    const name = this.input("name").value.trim();
    return {
      id: this.id,
      text,
      observed_at: new Date(Date.now() + this.skew).toISOString(),
      photos: this.photos.map((photo) => ({ sha256: photo.sha256, role: "near" })),
      ...(category?.value ? { category: category.value } : {}),
      ...(this.place ? { lat: this.place.lat, lon: this.place.lon } : {}),
      ...(address ? { address } : {}),
      ...(phone || name ? { contact: { name, phone } } : {}),
    };
  }

  private need(field: string, words: string): null {
    this.say(words, true);
    this.input(field).focus();
    return null;
  }

  private async send(): Promise<void> {
    if (this.busy) return;
    // After a broken line the very same body goes again: the server may have it already.
    this.report ??= this.compose();
    if (!this.report) return;
    this.working(true);
    try {
      this.say(this.words.sending);
      const receipt = await sendReport(this.report, this.language);
      await this.sendPhotos(receipt);
      this.finish(receipt);
    } catch (error) {
      this.failed(error);
    } finally {
      this.working(false);
    }
  }

  private async sendPhotos(receipt: Receipt): Promise<void> {
    const waiting = this.photos.filter((photo) => receipt.missing_photos.includes(photo.sha256));
    for (const [index, photo] of waiting.entries()) {
      this.say(this.words.photo.replace("{n}", String(index + 1)).replace("{of}", String(waiting.length)));
      await sendPhoto(receipt.id, photo, this.language);
    }
  }

  private failed(error: unknown): void {
    if (!(error instanceof Refusal)) throw error;
    this.say(error.status ? error.message : this.words.offline, true);
    // The server read it and said no: what is mended is a new body.
    if (error.status === 422 || error.status === 400) this.report = null;
  }

  private working(busy: boolean): void {
    this.busy = busy;
    (this.part("send") as HTMLButtonElement).disabled = busy;
    // What may have arrived already must go again as it was.
    (this.part("fields") as HTMLFieldSetElement).disabled = busy || this.report !== null;
    this.form.setAttribute("aria-busy", String(busy));
  }

  private finish(receipt: Receipt): void {
    const done = document.querySelector<HTMLElement>("[data-part=receipt]");
    if (!done) return;
    done.querySelector("[data-part=number]")!.textContent = receipt.number;
    done.querySelector("[data-part=code]")!.textContent = receipt.receipt_code;
    done.querySelector<HTMLAnchorElement>("[data-part=follow]")!.href = new URL(receipt.url).pathname;
    this.form.hidden = true;
    done.hidden = false;
    done.focus();
  }

  private say(words: string, bad = false): void {
    const line = this.part("said");
    line.textContent = words;
    line.className = bad ? "say say--error" : "say";
    line.hidden = !words;
  }
}
