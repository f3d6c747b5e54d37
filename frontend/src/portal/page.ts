/** Parts of the page by name, and its texts, which the server wrote in the reader's language. */
export function part<T extends HTMLElement = HTMLElement>(name: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(`[data-part="${name}"]`);
  if (!found) throw new Error(`the page lacks ${name}`);
  return found;
}

export function show(name: string, visible: boolean, within: ParentNode = document): HTMLElement {
  const found = part(name, within);
  found.hidden = !visible;
  return found;
}

/** A fresh copy of what a `<template data-part>` holds. */
export function copyOf(name: string): HTMLElement {
  return part<HTMLTemplateElement>(name).content.firstElementChild!.cloneNode(true) as HTMLElement;
}

export function json<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null") as T;
}

const words = json<Record<string, string>>("words") ?? {};

/** A text of the page, `{name}` filled in. */
export function say(name: string, values: Record<string, string | number> = {}): string {
  const text = words[name];
  if (text === undefined) throw new Error(`no text for ${name}`);
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** Milliseconds from the phone's clock to the city's: a phone that is a minute fast has not seen the future. A page
 * out of some cache tells an old time, so it tells none. */
export function skew(): number {
  const visit = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  const told = Date.parse(part("strip").dataset["now"] ?? "");
  if (Number.isNaN(told) || visit?.type === "back_forward") return 0;
  return told - (performance.timeOrigin + (visit?.responseStart ?? 0));
}

/** A moment as the reader writes it, by the city's clock. */
export function momentText(iso: string): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: "Asia/Shanghai",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(iso));
}
