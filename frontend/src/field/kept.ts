/** What this post last saw, kept on the phone for places without a net: the list, and the photos to judge by. */
const NAME = "chuangcheng-seen-";

export interface Kept {
  get<T>(key: string): Promise<T | undefined>;
  put(key: string, value: unknown): Promise<void>;
  /** Throw away everything but these. */
  only(keys: readonly string[]): Promise<void>;
}

export async function openKept(post: string): Promise<Kept> {
  try {
    return new Lasting(await open(NAME + post));
  } catch {
    return new Passing(); // some private windows keep nothing
  }
}

/** Whoever signs out leaves nothing to look at. What waits to be sent is not here, and stays. */
export function forgetOnLeaving(post: string): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest<HTMLAnchorElement>("a[href*='/logout/']");
    if (!link) return;
    indexedDB.deleteDatabase(NAME + post);
    if ("caches" in window) void caches.open("pages").then((pages) => pages.delete("/field/verify/"));
  });
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("seen");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("no database"));
    asked.onblocked = () => reject(new Error("the database is in use"));
  });
}

class Lasting implements Kept {
  constructor(private readonly database: IDBDatabase) {
    database.onversionchange = () => database.close();
  }

  get<T>(key: string): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const asked = this.database.transaction("seen").objectStore("seen").get(key);
      asked.onsuccess = () => resolve(asked.result as T | undefined);
      asked.onerror = () => reject(asked.error ?? new Error("not read"));
    });
  }

  put(key: string, value: unknown): Promise<void> {
    return this.write((seen) => seen.put(value, key));
  }

  only(keys: readonly string[]): Promise<void> {
    return this.write((seen) => {
      const asked = seen.getAllKeys();
      asked.onsuccess = () => asked.result.filter((key) => !keys.includes(String(key))).forEach((key) => seen.delete(key));
    });
  }

  private write(work: (seen: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction("seen", "readwrite");
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
      work(transaction.objectStore("seen"));
    });
  }
}

class Passing implements Kept {
  private readonly held = new Map<string, unknown>();

  async get<T>(key: string): Promise<T | undefined> {
    return this.held.get(key) as T | undefined;
  }

  async put(key: string, value: unknown): Promise<void> {
    this.held.set(key, value);
  }

  async only(keys: readonly string[]): Promise<void> {
    for (const key of this.held.keys()) if (!keys.includes(key)) this.held.delete(key);
  }
}
