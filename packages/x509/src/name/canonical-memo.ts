/**
 * The canonical forms of recent names, by their octets: a network has few CAs, and each certificate names one or two of them. The
 * number and size are bounded whatever peers present; a name can only replace another one.
 */
interface Remembered {
  readonly der: Uint8Array;
  readonly canonical: string;
}

const slots: (Remembered | undefined)[] = new Array(256).fill(undefined);
const maxBytes = 256;

/** The canonical form of a name, remembered or computed. */
export function rememberedCanonical(
  bytes: Uint8Array,
  from: number,
  to: number,
  make: (bytes: Uint8Array, from: number, to: number) => string,
): string {
  if (to - from > maxBytes) return make(bytes, from, to);
  const slot = slotOf(bytes, from, to);
  const known = slots[slot];
  if (known !== undefined && holds(known.der, bytes, from, to)) return known.canonical;
  const canonical = make(bytes, from, to);
  // A copy, because a view would keep the whole certificate in memory.
  slots[slot] = { der: bytes.slice(from, to), canonical };
  return canonical;
}

/** FNV-1a, folded to the number of slots. */
function slotOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash ^ (hash >>> 16)) & 0xff;
}

function holds(der: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (der.length !== to - from) return false;
  for (let i = 0; i < der.length; i++) if (der[i] !== bytes[from + i]) return false;
  return true;
}
