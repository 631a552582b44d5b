/** V8 undoes it where one place in the code has asked an object a few times: ten were enough in Node 20 and 26. */
const times = 100;

/**
 * Makes methods of texts quick again after code was loaded that has a class which extends `String`, as ioredis has. For such a class V8 turns
 * `String.prototype` into a hash table, and from then on each `text.slice` of the process looks its method up there. V8 turns it back only
 * where a `String` object is asked, and nobody has one: a front end spent a fifth more of its own time on each message.
 */
export function quickStrings(): void {
  const text = Object('') as { readonly slice: unknown };
  for (let time = 0; time < times; time++) methodOf(text);
}

function methodOf(text: { readonly slice: unknown }): unknown {
  return text.slice;
}
