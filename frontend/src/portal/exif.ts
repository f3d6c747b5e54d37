/**
 * Time and place out of a JPEG's EXIF (CIPA DC-008), for photos that must be made smaller before they can be sent: the
 * small copy has lost them, so they go as what the sender declares. Anything odd is answered with nothing.
 */
export interface Told {
  taken_at: string | null;
  lat: number | null;
  lon: number | null;
}

const NOTHING: Told = { taken_at: null, lat: null, lon: null };
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const TAKEN = 0x9003;
const TAKEN_OFFSET = 0x9011;
/** Cameras without a zone show the time of the city. */
const CITY_OFFSET = "+08:00";

export function exifOf(bytes: ArrayBuffer): Told {
  try {
    const start = tiffStart(new DataView(bytes));
    return start === null ? NOTHING : read(new Tiff(new DataView(bytes, start)));
  } catch (error) {
    if (error instanceof RangeError) return NOTHING; // an offset that leads out of the file
    throw error;
  }
}

/** Where the TIFF block of the first APP1/Exif segment begins. */
function tiffStart(view: DataView): number | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < view.byteLength) {
    const marker = view.getUint16(at);
    if (marker < 0xff01 || marker === 0xffda) return null;
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

type Field = { type: number; count: number; at: number };

class Tiff {
  private readonly little: boolean;

  constructor(private readonly view: DataView) {
    this.little = view.getUint16(0) === 0x4949;
  }

  short(at: number): number {
    return this.view.getUint16(at, this.little);
  }

  long(at: number): number {
    return this.view.getUint32(at, this.little);
  }

  /** The fields of a directory by tag. */
  directory(at: number): Map<number, Field> {
    const fields = new Map<number, Field>();
    for (let index = 0; index < this.short(at); index++) {
      const entry = at + 2 + index * 12;
      const [type, count] = [this.short(entry + 2), this.long(entry + 4)];
      const size = ({ 2: 1, 3: 2, 4: 4, 5: 8 } as Record<number, number>)[type] ?? 1;
      fields.set(this.short(entry), { type, count, at: size * count > 4 ? this.long(entry + 8) : entry + 8 });
    }
    return fields;
  }

  text(field: Field | undefined): string {
    if (!field || field.type !== 2 || field.count > 64) return "";
    let text = "";
    for (let index = 0; index < field.count - 1; index++) text += String.fromCharCode(this.view.getUint8(field.at + index));
    return text.trim();
  }

  ratio(at: number): number {
    return this.long(at) / this.long(at + 4);
  }
}

function read(tiff: Tiff): Told {
  const root = tiff.directory(tiff.long(4));
  const exif = root.get(EXIF_IFD);
  const gps = root.get(GPS_IFD);
  const [lat, lon] = gps ? place(tiff, tiff.directory(tiff.long(gps.at))) : [null, null];
  return { taken_at: exif ? moment(tiff, tiff.directory(tiff.long(exif.at))) : null, lat, lon };
}

function moment(tiff: Tiff, fields: Map<number, Field>): string | null {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(tiff.text(fields.get(TAKEN)));
  if (!parts) return null;
  const told = tiff.text(fields.get(TAKEN_OFFSET));
  const offset = /^[+-]\d\d:\d\d$/.test(told) ? told : CITY_OFFSET;
  const at = new Date(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}${offset}`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function place(tiff: Tiff, fields: Map<number, Field>): [number, number] | [null, null] {
  const lat = degrees(tiff, fields.get(1), fields.get(2), 90);
  const lon = degrees(tiff, fields.get(3), fields.get(4), 180);
  return lat === null || lon === null || (lat === 0 && lon === 0) ? [null, null] : [lat, lon];
}

function degrees(tiff: Tiff, half: Field | undefined, field: Field | undefined, limit: number): number | null {
  if (!field || field.count !== 3) return null;
  const value = tiff.ratio(field.at) + tiff.ratio(field.at + 8) / 60 + tiff.ratio(field.at + 16) / 3600;
  if (!(value <= limit)) return null; // NaN too
  return Number((["S", "W"].includes(tiff.text(half)) ? -value : value).toFixed(7));
}
