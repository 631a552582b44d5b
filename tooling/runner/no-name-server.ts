import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';

/**
 * Set-up file of every test file: no test asks a name server. A process has few threads for lookups, so where a name server is slow to answer
 * for one test, `localhost` waits for it in the next.
 */
const known = dns.lookup;

type Callback = (error: NodeJS.ErrnoException | null, ...found: unknown[]) => void;

/** Whether a name is found on this machine alone. */
const isHere = (name: string) => isIP(name) !== 0 || name === '' || name === 'localhost';

function lookupHere(name: string, ...more: unknown[]): unknown {
  if (isHere(name)) return Reflect.apply(known, dns, [name, ...more]);
  const callback = more.at(-1) as Callback;
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), {
    code: 'ENOTFOUND',
    errno: -3008,
    syscall: 'getaddrinfo',
    hostname: name,
  });
  process.nextTick(callback, error);
  return {};
}

if (known.name !== lookupHere.name) {
  dns.lookup = lookupHere as typeof dns.lookup;
  syncBuiltinESMExports();
}
