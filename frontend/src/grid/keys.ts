/** Keys as in a spreadsheet. */
import type { Selection } from "./selection";

export interface Deeds {
  edit(typed: string | null): void;
  clear(): void;
  fill(): void;
  back(): void;
  forth(): void;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
const FAR = 1_000_000;
const PAGE = 20;

export function listenForKeys(sheet: HTMLElement, marked: Selection, deeds: Deeds): void {
  sheet.addEventListener("keydown", (event) => {
    if (event.target !== sheet) return; // an editor is open
    if (press(event, marked, deeds)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
}

/** Whether the key was ours. */
function press(event: KeyboardEvent, marked: Selection, deeds: Deeds): boolean {
  const held = event.ctrlKey || event.metaKey;
  const arrow = ARROWS[event.key];
  if (arrow) {
    marked.move(arrow[0] * (held ? FAR : 1), arrow[1] * (held ? FAR : 1), event.shiftKey);
    return true;
  }
  if (held) return command(event, marked, deeds);
  const { row } = marked.active;
  switch (event.key) {
    case "Enter":
    case "F2":
      deeds.edit(null);
      return true;
    case "Tab": {
      const { column } = marked.active;
      const out = event.shiftKey ? column === 0 : column === marked.columns.length - 1;
      if (out) return false; // the way out of the grid
      marked.move(0, event.shiftKey ? -1 : 1, false);
      return true;
    }
    case "Home":
      marked.go(row, 0, event.shiftKey);
      return true;
    case "End":
      marked.go(row, FAR, event.shiftKey);
      return true;
    case "PageDown":
    case "PageUp":
      marked.move(event.key === "PageDown" ? PAGE : -PAGE, 0, event.shiftKey);
      return true;
    case "Delete":
    case "Backspace":
      deeds.clear();
      return true;
    case "Process": // an input method begins: the editor takes over its composition
      deeds.edit("");
      return false;
  }
  if (event.key.length !== 1 || event.altKey) return false;
  deeds.edit(event.key);
  return true;
}

function command(event: KeyboardEvent, marked: Selection, deeds: Deeds): boolean {
  switch (event.key.toLowerCase()) {
    case "z":
      if (event.shiftKey) deeds.forth();
      else deeds.back();
      return true;
    case "y":
      deeds.forth();
      return true;
    case "d":
      deeds.fill();
      return true;
    case "a":
      marked.spread({ top: 0, left: 0, bottom: FAR, right: FAR });
      return true;
    case "home":
      marked.go(0, 0, event.shiftKey);
      return true;
    case "end":
      marked.go(FAR, FAR, event.shiftKey);
      return true;
  }
  return false;
}
