/** On the phone, on its way, safe on the server: the state of a form stands beside its button. */
export function showSending(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-sending]")) return;
    say(form, "wait");
    if (form.hasAttribute("hx-post")) return;
    // A plain form leaves the page; a second press must not send it twice.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
  for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(trouble, (event) => {
      const form = (event.target as HTMLElement).closest<HTMLFormElement>("form[data-sending]");
      if (form) say(form, "fail");
    });
  }
  // Back on a page from the browser's memory: the buttons work again.
  addEventListener("pageshow", () => {
    document.querySelectorAll<HTMLButtonElement>("form[data-sending] button").forEach((button) => {
      button.disabled = false;
    });
  });
}

function say(form: HTMLFormElement, what: "wait" | "fail"): void {
  const line = form.querySelector<HTMLElement>(".sending");
  if (!line) return;
  line.textContent = line.dataset[what] ?? "";
  line.classList.toggle("overdue", what === "fail");
}
