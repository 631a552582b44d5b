import { loadDriver } from '../src/connection/driver.ts';
import { StoreLink } from '../src/connection/store-link.ts';

/** A process that does nothing but close the link to a store that is not there. Argument: a port of this machine. */
const [port] = process.argv.slice(2);
const link = new StoreLink(await loadDriver(), {
  place: { host: '127.0.0.1', port: Number(port) },
  log: { info() {}, warn() {} },
  onReady() {},
});
await new Promise<void>((resolve) => {
  link.start(async () => {
    // By then the link has taken in that it failed.
    setImmediate(resolve);
    throw new Error('the store is not there');
  });
});
await link[Symbol.asyncDispose]();
process.stdout.write('closed\n');
