import * as https from 'node:https';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  agent,
  connect,
  createTrust,
  dispatcher,
  httpClient,
  loadCredential,
  openTrust,
  serve,
  serverChain,
} from '@entente/tls';
import { reject } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { root, shipped } from './repository-text.ts';

// biome-ignore lint/suspicious/noExplicitAny: each class has a constructor of its own.
type FaultClass = new (...parts: any[]) => Error;

const cause = new Error('cause');
const parts = { sentence: 'expected one, found two', place: 'here', remedy: 'take one away', cause };

/** How each fault is made, by the name of its class, which no other class has. */
const faults: Readonly<Record<string, (Fault: FaultClass) => Error>> = {
  OperatorFault: (Fault) => new Fault('ENTENTE_TEST', parts),
  LocationsUnavailableError: (Fault) => new Fault(parts),
  RedisFault: (Fault) => new Fault('ENTENTE_REDIS_PLAIN', parts),
  ApplicationFault: (Fault) => new Fault('ENTENTE_APPLICATION_NO_FRONT_END', parts),
  ChatRoomFault: (Fault) => new Fault('ENTENTE_CHAT_STORE_CLOSED', parts),
  NetworkFolderFault: (Fault) => new Fault('ENTENTE_NETWORK_STOPPED', parts),
  MemberFault: (Fault) => new Fault('ENTENTE_MEMBER_TOKEN', parts),
  AccountsFault: (Fault) => new Fault('ENTENTE_ACCOUNTS_CLOSED', parts),
  PkiFault: (Fault) => new Fault('ENTENTE_PKI_LEDGER_CLOSED', parts),
  DialogFault: (Fault) => new Fault(parts.sentence, parts.place, parts.remedy),
  SipArgumentError: (Fault) => new Fault(parts.sentence, parts.place, parts.remedy),
  SipSyntaxError: (Fault) =>
    new Fault({ code: 'malformed-header', header: 'Via', status: 400, message: parts.sentence }),
  HopDownError: (Fault) =>
    new Fault({ name: 'fe1.contoso.example', address: '192.0.2.1', port: 5061 }, 1_000, cause),
  CeilingFault: (Fault) => new Fault('maxBytes of a message budget', 1, 2, 3),
  NoAnswerError: (Fault) => new Fault('timeout', 'MESSAGE', 'fe1.contoso.example'),
  DisposedError: (Fault) => new Fault('fe1.contoso.example'),
  NotConnectedError: (Fault) => new Fault('fe1.contoso.example'),
  TlsFault: (Fault) => new Fault('ENTENTE_TIMEOUT', parts),
  TrustError: (Fault) => new Fault(reject('peer-refused', {}), 'fe1.contoso.example:5061', undefined, cause),
  TopologyFault: (Fault) => new Fault('ENTENTE_BAD_SIGNER', parts),
  TrustFault: (Fault) => new Fault('ENTENTE_BAD_ANCHOR_LIMIT', parts),
  StoreFault: (Fault) => new Fault('ENTENTE_STORE_EMPTY', parts),
  EncodeError: (Fault) => new Fault(parts.sentence, parts.place, parts.remedy),
};

/** Classes that are not faults, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {
  Fault: 'the class that the faults extend; its own test makes one',
  MalformedRootDocument: 'ends the reading of a document; caught in the same file, and made undefined',
  YamlError: 'a malformed text ends its reader; the reader catches it and returns it as a value',
  ConnectionFailed:
    'says that an error is of the connection to PostgreSQL; the driver makes an AccountsFault of it',
  ThreadFileMissing:
    'says why the thread of a database did not begin; the store makes a fault of its own of it',
  BrokenPeerError: 'the cause of a HopDownError, which names the place and has its remedy',
  BudgetExceeded: 'ends a search; the judge catches it and makes a rejection of it',
};

/** Files that throw plain errors, by package and name, each with its reason. */
const plainErrors: Readonly<Record<string, string>> = {
  'authority push-round.ts': 'logged by the push to that server, which is tried again',
  'edge serve-objects.ts': 'caught in the same function, and logged',
  'store-redis open-redis.ts':
    'logged while the store is lost; a change then fails with a fault that says so',
  'front-end plugin-locations.ts': 'caught by the calls of a plugin, and made a store that is not available',
  'host fake-exporter.ts': 'what a plugin would throw: caught where plugins are called',
  'host in-server.ts': 'caught where plugins are loaded and made a fault that names the plugin, or logged',
  'host own-process.ts': 'caught where plugins are loaded, and made a fault that names the plugin',
  'host plugin-shape.ts': 'caught in the same function, and made a fault that names the plugin',
  'host serve-local-orders.ts':
    'logged by the authority as orders-unavailable, like a socket that the system refuses',
  'member last-known-file.ts': 'caught in the same file: a file that cannot be read counts as absent',
  'member fetch-crl.ts': 'logged while a member runs; a fault of joining before it',
  'pki enrol.ts': 'caught in the same function, and made a fault that names the URL',
  'pki fake-signer.ts': 'what the module of a key would throw, in a test',
  'sip-endpoint transaction-layer.ts': 'a defect of the program: a Via that it did not write',
  'sip-relay ask-policies.ts': 'caught in the same file or by the calls of a plugin, and made a refusal',
  'sip-relay proxy-runtime.ts': 'a defect of the program: a side that the server does not have',
  'store-sql read-postgres-server.ts':
    'a defect of the program: a caller that did not say how a server is judged',
  'store-sql secured-stream.ts': 'the driver makes an AccountsFault of it, as of what the server says',
  'web-services front-ends.ts': 'caught in the same file, and logged: the next front end is asked',
  'web-services page-js.ts': 'runs in a browser: the page shows its text',
};

const sources = shipped.map(({ home, path, room = '', text }) => ({
  room,
  path: path.slice(`${home}/src/`.length),
  file: join(root, path),
  text,
}));
const classes = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/class (\w+)(?:<[^>]*>)? extends (?:\w+\.)?\w*(?:Error|Fault)\b/g)].map(
    ([, name = '']) => ({
      name,
      file,
    }),
  ),
);

describe('every class that extends Error', () => {
  it('is in this table or one of its exceptions, and nothing else is', () => {
    const known = [...Object.keys(faults), ...Object.keys(exceptions)];
    expect(classes.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  it.each(classes.filter(({ name }) => !(name in exceptions)))(
    'has code, sentence, place and remedy: $name',
    async ({ file, name }) => {
      const Fault = ((await import(pathToFileURL(file).href)) as Record<string, FaultClass>)[name];
      const make = faults[name];
      if (Fault === undefined || make === undefined) throw new Error(`${file} does not export ${name}`);
      const fault = make(Fault) as Error & Record<'code' | 'sentence' | 'place' | 'remedy', unknown>;
      expect(fault.name).toBe(name);
      expect(fault.code).toMatch(/^(ENTENTE|SIP)(_[A-Z0-9]+)+$/);
      expect(fault.sentence).toBe(fault.message);
      for (const text of [fault.sentence, fault.place, fault.remedy]) expect(text).toMatch(/\S/);
      expect(fault.message, 'a sentence stands in others, so it has no final stop').not.toMatch(/\.$/);
      if (fault.cause !== undefined) expect(fault.cause).toBe(cause);
    },
  );
});

/** The functions that open or judge connections, as callers without types call them. */
const withOptions: Readonly<Record<string, (options: never) => unknown>> = {
  serve: (options) => serve(https, options, () => {}),
  connect,
  agent,
  dispatcher: (options) => dispatcher(class {} as never, options),
  httpClient,
  serverChain,
  openTrust,
  createTrust,
  loadCredential,
};

describe('options that make no sense', () => {
  it.each(Object.keys(withOptions))(
    'are a complete fault of %s: none, an empty object, a misspelt one',
    async (name) => {
      for (const options of [undefined, null, {}, { alow: [] }, { rejectUnauthorized: false }]) {
        const fault = await Promise.resolve()
          .then(() => withOptions[name]?.(options as never))
          .catch((error: unknown) => error);
        expect(fault).toMatchObject({ name: 'TlsFault', code: 'ENTENTE_OPTION_INVALID' });
        const { sentence, place, remedy } = fault as Record<'sentence' | 'place' | 'remedy', string>;
        expect(sentence).toMatch(/^expected .*, found /);
        expect(place).toContain(name);
        expect(remedy).toMatch(/\S/);
      }
    },
  );
});

describe('a plain error', () => {
  it('is thrown where it is caught, in testkit and in compliance suites, and nowhere else', () => {
    const throwing = sources
      .filter(({ path, room }) => room !== 'testkit' && !/(^|\/)compliance(\/|\.ts$)/.test(path))
      .filter(({ text }) => /throw new (Type|Range)?Error\(/.test(text))
      .map(({ path, room }) => `${room} ${basename(path)}`);
    expect(throwing.sort()).toEqual(Object.keys(plainErrors).sort());
  });
});
