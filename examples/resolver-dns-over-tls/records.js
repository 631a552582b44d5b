/** An alias of an alias of an alias: more of them is a circle, or an attack. */
const maxAliases = 8;

/** The fields of the port `ServiceResolver`, from those of `dns-packet`. */
const fieldsOf = {
  A: ({ data, ttl }) => ({ address: data, ttl }),
  AAAA: ({ data, ttl }) => ({ address: data, ttl }),
  SRV: ({ data: { port, priority, target, weight }, ttl }) => ({ name: target, port, priority, weight, ttl }),
  NAPTR: ({ data: { flags, order, preference, regexp, replacement, services }, ttl }) => ({
    flags,
    service: services,
    regexp,
    replacement: replacement === '.' ? '' : replacement,
    order,
    preference,
    ttl,
  }),
};

/**
 * What a response says about a name, with the aliases that it follows (RFC 1034 §3.6.2).
 * @returns the records, none where there are none of this kind
 */
export function recordsOf({ answers }, type, name) {
  const aliases = new Map();
  for (const one of answers) if (one.type === 'CNAME') aliases.set(one.name.toLowerCase(), one);
  let owner = name.toLowerCase();
  let ttl = Number.POSITIVE_INFINITY;
  for (let i = 0; i < maxAliases && aliases.has(owner); i++) {
    const alias = aliases.get(owner);
    ttl = Math.min(ttl, alias.ttl);
    owner = alias.data.toLowerCase();
  }
  return answers
    .filter((one) => one.type === type && one.name.toLowerCase() === owner)
    .map((one) => fieldsOf[type]({ ...one, ttl: Math.min(one.ttl, ttl) }));
}
