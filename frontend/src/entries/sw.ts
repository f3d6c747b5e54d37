/**
 * The service worker of the citizens' pages: a help for the next visit without a network, never needed. It keeps the
 * files of this build and the last good copy of a few anonymous pages. Of the pages of staff it knows one alone: the
 * empty page of verification, whose own script keeps a copy. It never touches the API or anything that is not a plain
 * GET. The list of files and the edition are put in front of it by the server.
 */
interface Scope {
  KEPT: string[];
  EDITION: string;
  location: Location;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: Lasting & Asked) => void): void;
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

const worker = self as unknown as Scope;
const FILES = `files-${worker.EDITION}`;
const PAGES = "pages";
/** Pages that look the same for everybody. */
const OFFLINE = new Set(["/report/", "/mine/", "/privacy/"]);
/** Empty pages that their own script keeps, and takes away when somebody signs out. */
const SHELLS = new Set(["/field/verify/"]);
const ASSETS = /\/static\/build\//;
const PATIENCE = 4_000;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (ASSETS.test(url.pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && OFFLINE.has(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (request.mode === "navigate" && SHELLS.has(url.pathname)) event.respondWith(shell(request, url.pathname));
});

async function install(): Promise<void> {
  const files = await caches.open(FILES);
  await files.addAll(worker.KEPT);
  const pages = await caches.open(PAGES);
  await Promise.all(Array.from(OFFLINE, async (path) => keep(pages, path, await fetch(path))));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (![FILES, PAGES].includes(name)) await caches.delete(name);
  await worker.clients.claim();
}

/** Names carry a hash of the content: what is kept is right for ever. */
async function file(request: Request): Promise<Response> {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(FILES)).put(request, answer.clone());
  return answer;
}

/** The network first; the kept copy when it fails or takes too long. */
async function page(request: Request, path: string): Promise<Response> {
  const pages = await caches.open(PAGES);
  const fresh = fetch(request).then(async (answer) => {
    await keep(pages, path, answer.clone());
    return answer;
  });
  fresh.catch(() => undefined);
  const kept = await pages.match(path);
  if (!kept) return fresh;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([fresh.catch(() => kept), late]);
}

/** The network's answer whatever it is, a sign-in page too; the kept copy only where there is no network. */
async function shell(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(PAGES)).match(path);
    if (kept) return kept;
    throw error;
  }
}

/** Without the time that it told: a kept page knows no time. */
async function keep(pages: Cache, path: string, answer: Response): Promise<void> {
  if (!answer.ok || answer.redirected || !answer.headers.get("Content-Type")?.startsWith("text/html")) return;
  const text = (await answer.text()).replace(/ data-now="[^"]*"/, "");
  const headers = new Headers(answer.headers);
  headers.delete("Content-Length");
  headers.delete("Content-Encoding");
  await pages.put(path, new Response(text, { headers }));
}
