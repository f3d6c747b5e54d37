/** Rectangles drawn over a picture, by mouse, finger or pen, to be filled by the server. Parts of 1, so that the size
 * on the screen does not matter. */
type Box = [left: number, top: number, right: number, bottom: number];

/** Below this share of the picture it was a tap, not a box. */
const LEAST = 0.008;

export function listenForRedactions(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("[data-redact]")) new Redaction(form);
}

class Redaction {
  private readonly boxes: Box[] = [];
  private readonly field: HTMLInputElement;
  private readonly layer: HTMLElement;
  private readonly most: number;
  private start: [number, number] | null = null;
  private drawn: HTMLElement | null = null;

  constructor(private readonly form: HTMLFormElement) {
    this.field = form.querySelector<HTMLInputElement>("input[name=boxes]")!;
    this.layer = form.querySelector<HTMLElement>(".redact__layer")!;
    this.most = Number(form.dataset["most"]);
    this.layer.addEventListener("pointerdown", (event) => this.begin(event));
    this.layer.addEventListener("pointermove", (event) => this.stretch(event));
    this.layer.addEventListener("pointerup", (event) => this.end(event));
    this.layer.addEventListener("pointercancel", () => this.drop());
    this.button("undo").addEventListener("click", () => this.undo());
    this.button("clear").addEventListener("click", () => this.clear());
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z") {
        event.preventDefault();
        this.undo();
      }
    });
    this.tell();
  }

  private button(name: string): HTMLButtonElement {
    return this.form.querySelector<HTMLButtonElement>(`[data-${name}]`)!;
  }

  private at(event: PointerEvent): [number, number] {
    const area = this.layer.getBoundingClientRect();
    const within = (value: number): number => Math.min(1, Math.max(0, value));
    return [within((event.clientX - area.left) / area.width), within((event.clientY - area.top) / area.height)];
  }

  private begin(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary || this.boxes.length >= this.most) return;
    event.preventDefault();
    this.layer.setPointerCapture(event.pointerId);
    this.start = this.at(event);
    this.drawn = document.createElement("i");
    this.layer.append(this.drawn);
  }

  private stretch(event: PointerEvent): void {
    if (this.start && this.drawn) place(this.drawn, boxOf(this.start, this.at(event)));
  }

  private end(event: PointerEvent): void {
    if (!this.start || !this.drawn) return;
    const box = boxOf(this.start, this.at(event));
    if (box[2] - box[0] < LEAST || box[3] - box[1] < LEAST) return this.drop();
    place(this.drawn, box);
    this.boxes.push(box);
    this.start = this.drawn = null;
    this.tell();
  }

  private drop(): void {
    this.drawn?.remove();
    this.start = this.drawn = null;
  }

  private undo(): void {
    if (this.boxes.pop()) this.layer.lastElementChild?.remove();
    this.tell();
  }

  private clear(): void {
    this.boxes.length = 0;
    this.layer.replaceChildren();
    this.tell();
  }

  private tell(): void {
    this.field.value = JSON.stringify(this.boxes);
    const count = this.form.querySelector<HTMLElement>("[data-count]")!;
    count.textContent = this.boxes.length ? (count.dataset["said"] ?? "").replace("{n}", String(this.boxes.length)) : "";
    this.button("undo").disabled = this.button("clear").disabled = !this.boxes.length;
  }
}

function boxOf([x1, y1]: [number, number], [x2, y2]: [number, number]): Box {
  const parts: Box = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
  return parts.map((part) => Math.round(part * 1e4) / 1e4) as Box;
}

function place(element: HTMLElement, [left, top, right, bottom]: Box): void {
  const { style } = element;
  [style.left, style.top] = [`${left * 100}%`, `${top * 100}%`];
  [style.width, style.height] = [`${(right - left) * 100}%`, `${(bottom - top) * 100}%`];
}
