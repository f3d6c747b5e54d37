/**
 * Type to search in a long drop-down. A `<select data-combobox="hint">` stays the form's value and works without this
 * file; over it comes an ARIA combobox with a list in the select's own groups. `data-none` says that nothing fits,
 * `data-found` ("%n …") how many do.
 */

interface Entry {
  value: string;
  text: string;
  group: string;
}

export function enhanceSelects(root: ParentNode): void {
  for (const select of root.querySelectorAll<HTMLSelectElement>("select[data-combobox]")) new Combobox(select);
}

class Combobox {
  private readonly entries: Entry[];
  private readonly input = document.createElement("input");
  private readonly list = document.createElement("div");
  private readonly status = document.createElement("span");
  private active = -1;

  constructor(private readonly select: HTMLSelectElement) {
    this.entries = [...select.options].filter((option) => option.value).map(entryOf);
    this.build();
    this.showChosen();
    select.addEventListener("change", () => this.showChosen()); // chosen by somebody else
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.leave());
    // The field keeps the focus while the list is scrolled or clicked.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.choose(option);
    });
  }

  private build(): void {
    const { select, input, list, status } = this;
    const hint = select.dataset["combobox"] ?? "";
    const id = select.id;
    select.removeAttribute("data-combobox");
    select.id = `${id}-value`;
    select.hidden = true;
    Object.assign(input, { id, type: "text", className: "form-control", placeholder: hint, autocomplete: "off" });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", `${id}-list`);
    for (const name of ["aria-invalid", "aria-describedby"]) {
      const value = select.getAttribute(name);
      if (value) input.setAttribute(name, value);
    }
    Object.assign(list, { id: `${id}-list`, className: "combo__list", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", hint);
    status.className = "sr";
    status.setAttribute("role", "status");
    const box = document.createElement("div");
    box.className = "combo";
    select.after(box);
    box.append(input, list, status);
    select.form?.querySelectorAll("noscript").forEach((element) => element.remove());
  }

  private press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      if (this.list.hidden) this.open("");
      else this.move(this.active + step);
    } else if (event.key === "Enter") {
      const option = this.options()[this.active];
      if (option) this.choose(option);
      else if (this.list.hidden) this.open("");
    } else if (event.key === "Escape" && !this.list.hidden) {
      this.showChosen();
      this.close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  /** The list of what fits: every word occurs in name, group or code. What stands in two groups is found once. */
  private open(query: string): void {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const seen = new Set<string>();
    const found = this.entries.filter((entry) => {
      const text = `${entry.text} ${entry.group} ${entry.value}`.toLowerCase();
      if (!words.every((word) => text.includes(word)) || (words.length && seen.has(entry.value))) return false;
      seen.add(entry.value);
      return true;
    });
    this.list.replaceChildren(...this.groups(found));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.status.textContent = (this.select.dataset["found"] ?? "%n").replace("%n", String(seen.size));
    const chosen = found.findIndex((entry) => entry.value === this.select.value);
    this.move(words.length ? (found.length ? 0 : -1) : chosen);
  }

  private groups(found: Entry[]): HTMLElement[] {
    if (!found.length) return [part("combo__none", this.select.dataset["none"] ?? "")];
    const groups = new Map<string, HTMLElement>();
    found.forEach((entry, index) => {
      let group = groups.get(entry.group);
      if (!group) {
        const name = part("combo__group", entry.group);
        name.id = `${this.list.id}-g${groups.size}`;
        group = document.createElement("div");
        group.setAttribute("role", "group");
        group.setAttribute("aria-labelledby", name.id);
        group.append(name);
        groups.set(entry.group, group);
      }
      group.append(this.option(entry, index));
    });
    return [...groups.values()];
  }

  private option(entry: Entry, index: number): HTMLElement {
    const option = part("combo__option", entry.text);
    option.id = `${this.list.id}-${index}`;
    option.dataset["value"] = entry.value;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(entry.value === this.select.value));
    const code = document.createElement("span");
    code.className = "combo__code";
    code.textContent = entry.value;
    option.append(code);
    return option;
  }

  private options(): HTMLElement[] {
    return this.list.hidden ? [] : [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private move(index: number): void {
    const options = this.options();
    options[this.active]?.classList.remove("is-active");
    this.list.querySelector(".is-active")?.classList.remove("is-active");
    this.active = Math.min(Math.max(index, -1), options.length - 1);
    const option = options[this.active];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.classList.add("is-active");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  private choose(option: HTMLElement): void {
    this.select.value = option.dataset["value"] ?? "";
    this.showChosen();
    this.close();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Left with something half typed: what was chosen before stays. */
  private leave(): void {
    this.showChosen();
    this.close();
  }

  private close(): void {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = "";
  }

  private showChosen(): void {
    this.input.value = this.entries.find((entry) => entry.value === this.select.value)?.text ?? "";
  }
}

function entryOf(option: HTMLOptionElement): Entry {
  const group = option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : "";
  return { value: option.value, text: option.text, group };
}

function part(name: string, text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = text;
  return element;
}
