/** What went wrong on the way, said in the corner. The words stand on `<body>`, in the page's language. */
export function listenForTroubles(): void {
  document.addEventListener("htmx:sendError", () => say(document.body.dataset["offline"] ?? "", true));
  document.addEventListener("htmx:responseError", (event) => {
    const request = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr;
    say(problemOf(request) || (document.body.dataset["failed"] ?? ""), true);
  });
}

function problemOf(request: XMLHttpRequest): string {
  if (!request.getResponseHeader("content-type")?.startsWith("application/problem+json")) return "";
  const problem = JSON.parse(request.responseText) as { detail?: string };
  return problem.detail ?? "";
}

export function say(text: string, isError = false): void {
  const toasts = document.getElementById("toasts");
  if (!toasts || !text) return;
  const line = document.createElement("p");
  line.className = isError ? "say say--error" : "say";
  line.textContent = text;
  toasts.append(line);
  setTimeout(() => line.remove(), 8000);
}
