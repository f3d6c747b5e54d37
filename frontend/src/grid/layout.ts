/** How somebody has laid out the columns: widths, order, which are shown. Kept in this browser for the post. */
import type { Tabulator } from "tabulator-tables";
import type { Column } from "./edits";

interface Layout {
  order: string[];
  widths: Record<string, number>;
  hidden: string[];
}

const HIDDEN = ["source_note", "goal", "supports", "start_on", "proofs"]; // until somebody wants them

export class Kept {
  private readonly layout: Layout;

  constructor(private readonly name: string) {
    this.layout = { order: [], widths: {}, hidden: HIDDEN, ...read(name) };
  }

  isShown(key: string): boolean {
    return !this.layout.hidden.includes(key);
  }

  /** Pixels; the workbook counts in letters. */
  width(column: Column): number {
    return this.layout.widths[column.key] ?? Math.min(Math.max(column.width * 7, 76), 216); // days fit, long texts are clipped
  }

  /** The columns as they were left; what is new since stands at its own place from behind. */
  arranged(columns: Column[]): Column[] {
    const place = new Map(this.layout.order.map((key, number) => [key, number]));
    return columns
      .map((column, number) => ({ column, at: place.get(column.key) ?? number + 0.5 }))
      .sort((one, other) => one.at - other.at)
      .map(({ column }) => column);
  }

  watch(table: Tabulator, body: HTMLElement | null, changed: () => void): void {
    table.on("columnResized", (column) => {
      this.layout.widths[column.getField()] = column.getWidth();
      this.write();
    });
    table.on("columnMoved", () => {
      this.layout.order = table.getColumns().map((column) => column.getField());
      this.write();
      changed();
    });
    for (const column of table.getColumns()) {
      const key = column.getField();
      const box = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input" });
      box.checked = this.isShown(key);
      const line = Object.assign(document.createElement("label"), { className: "menu__item choice" });
      line.append(box, ` ${String(column.getDefinition().title)}`);
      box.addEventListener("change", () => {
        if (box.checked) column.show();
        else column.hide();
        this.layout.hidden = this.layout.hidden.filter((each) => each !== key).concat(box.checked ? [] : [key]);
        this.write();
        changed();
      });
      body?.append(line);
    }
  }

  private write(): void {
    localStorage.setItem(this.name, JSON.stringify(this.layout));
  }
}

function read(name: string): Partial<Layout> {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}") as Partial<Layout>;
  } catch {
    return {}; // spoilt, or written by an older build
  }
}
