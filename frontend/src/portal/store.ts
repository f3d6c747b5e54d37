/**
 * Reports and photos on the phone, in IndexedDB. Photos stand as plain bytes: older iPhones lose blobs. Where a browser
 * keeps nothing (some private windows), the same lives in memory and the page says so.
 */
import type { Entry } from "./entry";

export interface Store {
  /** False when everything is gone with the page. */
  readonly lasting: boolean;
  entries(): Promise<Entry[]>;
  entry(id: string): Promise<Entry | undefined>;
  put(entry: Entry): Promise<void>;
  /** Change the entry that is stored now; undefined if it is gone. */
  change(id: string, how: (entry: Entry) => void): Promise<Entry | undefined>;
  remove(id: string): Promise<void>;
  keepBytes(id: string, sha256: string, bytes: ArrayBuffer): Promise<void>;
  bytes(id: string, sha256: string): Promise<ArrayBuffer | undefined>;
  dropBytes(id: string, sha256: string): Promise<void>;
}

const NAME = "chuangcheng-portal";
const VERSION = 1;

/** One name, one list: the portal has its own, and each post of the field. */
export async function openStore(name: string = NAME): Promise<Store> {
  try {
    return new Lasting(await open(name));
  } catch {
    return new Passing();
  }
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("entries", { keyPath: "id" });
      asked.result.createObjectStore("bytes");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("no database"));
    asked.onblocked = () => reject(new Error("the database is in use"));
  });
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("not stored"));
  });
}

/** Done when the transaction is on the disk, not when the request was answered. */
function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
  });
}

const photoKey = (id: string, sha256: string): string => `${id}/${sha256}`;
const photosOf = (id: string): IDBKeyRange => IDBKeyRange.bound(`${id}/`, `${id}/g`);

class Lasting implements Store {
  readonly lasting = true;

  constructor(private readonly database: IDBDatabase) {
    // Another tab with a newer page wants to change the database: let it.
    database.onversionchange = () => database.close();
  }

  private write(...names: string[]): IDBTransaction {
    return this.database.transaction(names, "readwrite");
  }

  async entries(): Promise<Entry[]> {
    const found = await answer<Entry[]>(this.database.transaction("entries").objectStore("entries").getAll());
    return found.sort((one, other) => (one.id < other.id ? 1 : -1));
  }

  entry(id: string): Promise<Entry | undefined> {
    return answer<Entry | undefined>(this.database.transaction("entries").objectStore("entries").get(id));
  }

  async put(entry: Entry): Promise<void> {
    const transaction = this.write("entries");
    transaction.objectStore("entries").put(entry);
    await finished(transaction);
  }

  async change(id: string, how: (entry: Entry) => void): Promise<Entry | undefined> {
    const transaction = this.write("entries");
    const entries = transaction.objectStore("entries");
    const found = await answer<Entry | undefined>(entries.get(id));
    if (found) {
      how(found);
      entries.put(found);
    }
    await finished(transaction);
    return found;
  }

  async remove(id: string): Promise<void> {
    const transaction = this.write("entries", "bytes");
    transaction.objectStore("entries").delete(id);
    transaction.objectStore("bytes").delete(photosOf(id));
    await finished(transaction);
  }

  async keepBytes(id: string, sha256: string, bytes: ArrayBuffer): Promise<void> {
    const transaction = this.write("bytes");
    transaction.objectStore("bytes").put(bytes, photoKey(id, sha256));
    await finished(transaction);
  }

  bytes(id: string, sha256: string): Promise<ArrayBuffer | undefined> {
    return answer<ArrayBuffer | undefined>(
      this.database.transaction("bytes").objectStore("bytes").get(photoKey(id, sha256)),
    );
  }

  async dropBytes(id: string, sha256: string): Promise<void> {
    const transaction = this.write("bytes");
    transaction.objectStore("bytes").delete(photoKey(id, sha256));
    await finished(transaction);
  }
}

class Passing implements Store {
  readonly lasting = false;
  private readonly held = new Map<string, Entry>();
  private readonly photos = new Map<string, ArrayBuffer>();

  async entries(): Promise<Entry[]> {
    return [...this.held.values()].map((entry) => structuredClone(entry)).reverse();
  }

  async entry(id: string): Promise<Entry | undefined> {
    return structuredClone(this.held.get(id));
  }

  async put(entry: Entry): Promise<void> {
    this.held.set(entry.id, structuredClone(entry));
  }

  async change(id: string, how: (entry: Entry) => void): Promise<Entry | undefined> {
    const found = this.held.get(id);
    if (found) how(found);
    return structuredClone(found);
  }

  async remove(id: string): Promise<void> {
    this.held.delete(id);
    for (const key of this.photos.keys()) if (key.startsWith(`${id}/`)) this.photos.delete(key);
  }

  async keepBytes(id: string, sha256: string, bytes: ArrayBuffer): Promise<void> {
    this.photos.set(photoKey(id, sha256), bytes);
  }

  async bytes(id: string, sha256: string): Promise<ArrayBuffer | undefined> {
    return this.photos.get(photoKey(id, sha256));
  }

  async dropBytes(id: string, sha256: string): Promise<void> {
    this.photos.delete(photoKey(id, sha256));
  }
}
