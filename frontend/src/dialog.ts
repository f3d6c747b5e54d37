/** A link marked `data-dialog` leads to a page with one form; here the form opens over the page instead. */
import htmx from "htmx.org";

export function listenForDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-close]")) {
      const open = target.closest("dialog");
      if (open) {
        event.preventDefault();
        open.close();
      }
      return;
    }
    const link = target.closest<HTMLAnchorElement>("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void open(link);
  });
}

async function open(link: HTMLAnchorElement): Promise<void> {
  const dialog = document.querySelector<HTMLDialogElement>("dialog#dialog");
  if (!dialog) {
    location.assign(link.href);
    return;
  }
  await htmx.ajax("get", link.href, { target: "#dialog", swap: "innerHTML" });
  if (!dialog.firstElementChild) return; // the server refused; the toast says why
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.replaceChildren(), { once: true });
}
