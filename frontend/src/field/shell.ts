/**
 * So that the page opens again where there is no net: a copy of the empty page and of the files it needs, put where the
 * service worker looks. The page holds no case; what it shows comes out of the phone's own store.
 */
export async function keepShell(): Promise<void> {
  if (!("caches" in window) || !navigator.serviceWorker || !isSecureContext) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const pages = await caches.open("pages");
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const text = (await answer.text()).replace(/ data-now="[^"]*"/, ""); // a kept page knows no time
    await pages.put(location.pathname, new Response(text, { headers: answer.headers }));
    const files = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
    for (const file of new Set(files.filter((path) => path.startsWith("/static/build/")))) {
      if (!(await caches.match(file))) await pages.add(file);
    }
  } catch {
    // Without a copy the page works as long as it stays open.
  }
}
