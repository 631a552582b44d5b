import { callback, rule, type Shape } from '@entente/options';
import { TlsFault } from '../fault/fault.ts';
import { checks } from '../options/checks.ts';
import { protocols } from '../options/peer-rules.ts';
import { connectsByOption } from './connects-by-option.ts';
import { dialFor, type HttpOutboundOptions } from './dial-for.ts';
import type { DispatcherClass, UndiciTarget } from './dispatcher-class.ts';
import { outboundShape } from './outbound-shape.ts';

/** Options of {@link dispatcher}. */
export interface DispatcherOptions extends HttpOutboundOptions {
  /** Further settings for the class, e.g. `{ connections: 8, pipelining: 1 }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const shape: Shape<DispatcherOptions> = {
  ...outboundShape,
  expect: callback,
  alpn: protocols,
  settings: rule(
    'an object with settings of undici, without connect',
    (value) => typeof value === 'object' && value !== null && !('connect' in value),
  ),
};

const aClass = rule('the class Agent of undici', (value) => typeof value === 'function');

/**
 * Creates a dispatcher for `fetch` and undici whose every connection has passed the verdict. This package does not depend on
 * undici: the caller passes its class.
 *
 * @param Dispatcher - `undici.Agent`
 * @param options - trust, identity, and which servers may answer
 * @returns for the option `dispatcher` of a request; requests over plain http fail with `ENTENTE_PLAIN_HTTP`
 * @throws TlsFault `ENTENTE_OPTION_INVALID`, also where the class or a setting makes it dial by itself
 */
export function dispatcher<D>(Dispatcher: DispatcherClass<D>, options: DispatcherOptions): D {
  aClass.read(Dispatcher, checks.optionsOf('dispatcher').within('first argument'));
  const { settings = {}, ...outbound } = checks.read(options, shape, 'dispatcher');
  refuseOwnDialling(Dispatcher, settings);
  return new Dispatcher({
    ...settings,
    connect(target, done) {
      if (target.protocol !== 'https:') {
        done(plainHttp(target), null);
        return;
      }
      const name = target.servername ?? '';
      dialFor(outbound, {
        host: target.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: target.port === '' ? 443 : Number(target.port),
        name: name === '' ? target.hostname.replace(/^\[(.*)\]$/, '$1') : name,
        localAddress: target.localAddress ?? undefined,
      }).then(
        (socket) => done(null, socket),
        (error: Error) => done(error, null),
      );
    },
  });
}

function refuseOwnDialling(
  Dispatcher: DispatcherClass<unknown>,
  settings: NonNullable<DispatcherOptions['settings']>,
): void {
  let found = 'one that dials by itself';
  let cause: unknown;
  try {
    if (connectsByOption(Dispatcher, settings)) return;
  } catch (error) {
    cause = error;
    found = `an error: ${error instanceof Error ? error.message : String(error)}`;
  }
  throw new TlsFault('ENTENTE_OPTION_INVALID', {
    sentence: `expected a class that dials through its option connect, found ${found}`,
    place: 'first argument of dispatcher',
    remedy: 'pass the class Agent of undici, and settings that leave dialling to it',
    cause,
  });
}

function plainHttp(target: UndiciTarget): TlsFault {
  return new TlsFault('ENTENTE_PLAIN_HTTP', {
    sentence: `expected an https URL, found ${target.protocol}//${target.hostname}`,
    place: 'URL of the request',
    remedy: 'use https: without TLS nothing proves which server answers',
  });
}
