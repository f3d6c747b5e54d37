/** The cells that are marked: one is active, a rectangle from it may be stretched. Painted on the rows in view. */
import type { RowComponent, Tabulator } from "tabulator-tables";

export interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export class Selection {
  private row = 0;
  private column = 0;
  private toRow = 0;
  private toColumn = 0;
  private painted: HTMLElement[] = [];
  private listed: RowComponent[] = [];
  private keys: string[] = [];

  constructor(
    private readonly table: Tabulator,
    private readonly sheet: HTMLElement,
  ) {}

  /** Rows were added, or columns moved, shown, hidden. */
  refresh(): void {
    this.listed = this.table.getRows();
    this.keys = this.table.getColumns().filter((each) => each.isVisible()).map((each) => each.getField());
    this.go(this.row, this.column);
  }

  get rows(): RowComponent[] {
    return this.listed;
  }

  /** The keys of the columns shown, from left to right. */
  get columns(): string[] {
    return this.keys;
  }

  get active(): { row: number; column: number } {
    return { row: this.row, column: this.column };
  }

  get box(): Box {
    return {
      top: Math.min(this.row, this.toRow),
      bottom: Math.max(this.row, this.toRow),
      left: Math.min(this.column, this.toColumn),
      right: Math.max(this.column, this.toColumn),
    };
  }

  /** Mark one cell, or stretch the rectangle to it. Beyond the edge is the edge. */
  go(row: number, column: number, stretch = false): void {
    this.toRow = Math.min(Math.max(row, 0), Math.max(this.listed.length - 1, 0));
    this.toColumn = Math.min(Math.max(column, 0), Math.max(this.keys.length - 1, 0));
    if (!stretch) [this.row, this.column] = [this.toRow, this.toColumn];
    this.reveal();
    this.paint();
  }

  move(down: number, right: number, stretch: boolean): void {
    const [row, column] = stretch ? [this.toRow, this.toColumn] : [this.row, this.column];
    this.go(row + down, column + right, stretch);
  }

  spread(box: Box): void {
    this.go(box.top, box.left);
    this.go(box.bottom, box.right, true);
  }

  /** Draw what is marked on the rows that stand in the page now. */
  paint(): void {
    for (const cell of this.painted) cell.classList.remove("is-marked", "is-active");
    this.painted = [];
    const box = this.box;
    for (const row of this.table.getRows("visible")) {
      const number = Number(row.getPosition()) - 1;
      if (number < box.top || number > box.bottom) continue;
      for (const key of this.keys.slice(box.left, box.right + 1)) {
        const cell = row.getCell(key).getElement();
        const isActive = number === this.row && key === this.keys[this.column];
        cell.classList.add(isActive ? "is-active" : "is-marked");
        this.painted.push(cell);
        if (isActive) {
          cell.id = "ledger-active";
          this.sheet.setAttribute("aria-activedescendant", cell.id);
        } else if (cell.id) cell.removeAttribute("id");
      }
    }
  }

  private reveal(): void {
    const row = this.listed[this.toRow];
    const key = this.keys[this.toColumn];
    if (!row || !key) return;
    const holder = this.sheet.querySelector<HTMLElement>(".tabulator-tableholder");
    const head = this.table.getColumn(key).getElement();
    if (!holder) return;
    const line = row.getElement();
    if (!line.isConnected) void row.scrollTo("center", false);
    else if (line.offsetTop < holder.scrollTop) holder.scrollTop = line.offsetTop;
    else if (line.offsetTop + line.offsetHeight > holder.scrollTop + holder.clientHeight) {
      holder.scrollTop = line.offsetTop + line.offsetHeight - holder.clientHeight;
    }
    if (head.classList.contains("tabulator-frozen")) return;
    const frozen = [...this.sheet.querySelectorAll<HTMLElement>(".tabulator-col.tabulator-frozen")];
    const covered = frozen.reduce((sum, each) => sum + each.offsetWidth, 0);
    const left = head.offsetLeft;
    if (left < holder.scrollLeft + covered) holder.scrollLeft = left - covered;
    else if (left + head.offsetWidth > holder.scrollLeft + holder.clientWidth) {
      holder.scrollLeft = left + head.offsetWidth - holder.clientWidth;
    }
  }
}
