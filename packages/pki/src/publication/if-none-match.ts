/** An entity tag, weak or strong; a tag in quotes may contain a comma. */
const entityTag = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/**
 * Whether `If-None-Match` says that the client has an object: one of the tags in the list is the tag of the object, weak or strong, or it
 * is `*`.
 * @param header - the value of the header, if there is one
 * @param tag - of the object, without quotes
 * @see RFC 9110 §13.1.2
 */
export function hasObject(header: string | null | undefined, tag: string): boolean {
  if (header === null || header === undefined) return false;
  if (header.trim() === '*') return true;
  for (const [, one] of header.matchAll(entityTag)) if (one === tag) return true;
  return false;
}
