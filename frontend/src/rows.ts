/**
 * Keys in tables: up and down (or k and j) walk the rows, `/` goes to the search field, `?` says which keys there are.
 * On a board left and right (or h and l) change the column.
 */
export function listenForRows(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target as Element)) return;
    if (event.key === "/") {
      const field = document.querySelector<HTMLInputElement>(".filter__search");
      if (field) {
        event.preventDefault();
        field.focus();
      }
      return;
    }
    if (event.key === "?") {
      const help = document.querySelector<HTMLDialogElement>("dialog#keys");
      if (help && !help.open) {
        event.preventDefault();
        help.showModal();
      }
      return;
    }
    if (walkBoard(event.key)) {
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step && move(step)) event.preventDefault();
  });
}

function move(step: number): boolean {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("table[data-keys] tbody tr a.row-link")];
  if (!links.length) return false;
  const here = links.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
  if (here < 0 && step < 0) return false;
  const next = links[Math.min(Math.max(here + step, 0), links.length - 1)];
  next?.focus();
  return true;
}

/** From slip to slip; whether there was a board to walk on. */
function walkBoard(key: string): boolean {
  const columns = [...document.querySelectorAll(".board__column")].map((column) => [
    ...column.querySelectorAll<HTMLAnchorElement>("a.slip"),
  ]);
  const filled = columns.filter((slips) => slips.length);
  const down = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[key] ?? 0;
  const across = { ArrowRight: 1, l: 1, ArrowLeft: -1, h: -1 }[key] ?? 0;
  if (!filled.length || (!down && !across)) return false;
  const column = filled.findIndex((slips) => slips.some((slip) => slip === document.activeElement));
  if (column < 0) {
    filled[0]?.[0]?.focus();
    return true;
  }
  const slips = filled[Math.min(Math.max(column + across, 0), filled.length - 1)] ?? [];
  const here = (filled[column] ?? []).findIndex((slip) => slip === document.activeElement);
  slips[Math.min(Math.max(here + down, 0), slips.length - 1)]?.focus();
  return true;
}

function isTyping(element: Element): boolean {
  if (element.closest(".pick")) return false; // a row's own box
  return element.closest("input, select, textarea, dialog, [contenteditable]") !== null;
}
