/** Keys in tables: up and down (or k and j) walk the rows, `/` goes to the search field. */
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

function isTyping(element: Element): boolean {
  if (element.closest(".pick")) return false; // a row's own box
  return element.closest("input, select, textarea, dialog, [contenteditable]") !== null;
}
