/** A form is sent once: who clicks twice, or waits for a photo on a slow line, does not send it again. */
export function listenForSending(): void {
  window.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post") return; // others send what they have kept back
    if ("sent" in form.dataset) event.preventDefault();
    else form.dataset["sent"] = "";
  });
  // The page may come back out of the browser's memory, with its forms as they were.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
  });
}
