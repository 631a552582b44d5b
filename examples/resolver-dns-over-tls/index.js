import { randomInt } from 'node:crypto';
import { connect } from '@entente/tls';
import { decode, RECURSION_DESIRED, streamEncode } from 'dns-packet';
import { messageReader } from './messages.js';
import { recordsOf } from './records.js';

/** Questions that wait for an answer; further ones fail at once. */
const maxAsked = 1_000;
const defaults = { port: 853, timeoutMs: 5_000, idleMs: 10_000 };

/**
 * Opens a resolver that asks DNS over TLS (RFC 7858), with the rules of `@entente/tls`: a server that is not who it should be is asked nothing. One
 * connection carries all questions; it is opened with the first, and closed when nobody has asked for a while.
 * @param {object} options
 * @param {string} options.host - address of the server, which no other DNS is asked for
 * @param {string} options.name - that its certificate must have
 * @param {import('@entente/tls').Trust} options.trust - what its certificate is judged by
 * @param {import('@entente/tls').IdentitySource} [options.identity] - presented where the server asks for a certificate
 * @param {number} [options.port] - default 853
 * @param {number} [options.timeoutMs] - for each question, default 5,000
 * @param {number} [options.idleMs] - after which the connection is closed, default 10,000
 * @returns {import('@entente/sip-endpoint/resolve').ServiceResolver & AsyncDisposable}
 */
export function dnsOverTls(options) {
  const { host, idleMs, identity, name: server, port, timeoutMs, trust } = { ...defaults, ...options };
  let opening;
  /** Questions of the connection that was opened last. */
  let current;
  let closed = false;

  async function open() {
    const socket = await connect({
      host,
      port,
      trust,
      allow: [server],
      expect: { mode: 'https', name: server },
      timeoutMs,
      ...(identity === undefined ? {} : { identity }),
    });
    const asked = new Map();
    let heard = 0;
    current = asked;
    /** Nobody asks over it any more, and a later one stays; it ends with its last question. */
    const retire = () => {
      if (current === asked) opening = undefined;
      if (asked.size === 0) socket.destroy();
    };
    const end = (error) => {
      const waiting = [...asked.values()];
      asked.clear();
      retire();
      for (const { fail } of waiting) fail(error);
    };
    const read = messageReader((message) => answer(asked, message));
    socket.on('data', (chunk) => {
      heard += chunk.length;
      try {
        read(chunk);
      } catch (cause) {
        end(fault('EBADRESP', 'the answer of the server cannot be read', cause));
      }
    });
    socket.on('error', end);
    socket.on('close', () => end(fault('ECONNRESET', 'the server has closed the connection')));
    socket.setTimeout(idleMs).on('timeout', () => {
      if (asked.size === 0) retire();
    });
    return {
      asked,
      socket,
      retire,
      heard: () => heard,
      isRetired: () => current !== asked || opening === undefined,
    };
  }
  const connection = () => {
    if (closed) throw fault('ECANCELLED', 'the resolver is closed');
    opening ??= open().catch((cause) => {
      opening = undefined;
      // A code of DNS: nobody knows, which is not "there is none".
      throw fault('ECONNREFUSED', cause.message, cause);
    });
    return opening;
  };

  async function ask(type, name) {
    if (!isName(name)) throw fault('EBADNAME', `${name} is not a name that DNS can have`);
    const { asked, heard, isRetired, retire, socket } = await connection();
    if (socket.destroyed) throw fault('ECONNRESET', 'the connection has ended');
    if (asked.size >= maxAsked) throw fault('ETIMEOUT', `${maxAsked} questions wait for an answer`);
    const id = freeId(asked);
    const query = streamEncode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name }] });
    const response = await new Promise((resolve, reject) => {
      const before = heard();
      const timer = setTimeout(() => {
        fail(fault('ETIMEOUT', `no answer about ${name}`));
        // Where nothing at all has come, the next question goes over another connection. Those under way may still be answered.
        if (heard() === before) retire();
      }, timeoutMs);
      const done = () => {
        clearTimeout(timer);
        asked.delete(id);
        if (asked.size === 0 && isRetired()) socket.destroy();
      };
      const fail = (error) => {
        done();
        reject(error);
      };
      const settle = (value) => {
        done();
        resolve(value);
      };
      asked.set(id, { type, name, settle, fail });
      socket.write(query);
    });
    if (response.rcode !== 'NOERROR' && response.rcode !== 'NXDOMAIN')
      throw fault('ESERVFAIL', `the server says ${response.rcode} about ${name}`);
    const records = response.rcode === 'NOERROR' ? recordsOf(response, type, name) : [];
    if (records.length > 0) return records;
    if (response.rcode === 'NXDOMAIN') throw fault('ENOTFOUND', `${name} has no records`);
    if (!saysThereIsNone(response)) throw fault('EBADRESP', `the answer about ${name} is not whole`);
    throw fault('ENODATA', `${name} has no ${type} records`);
  }

  return {
    resolveNaptr: (name) => ask('NAPTR', name),
    resolveSrv: (name) => ask('SRV', name),
    resolve4: (name) => ask('A', name),
    resolve6: (name) => ask('AAAA', name),
    async [Symbol.asyncDispose]() {
      closed = true;
      const { socket } = (await opening?.catch(() => undefined)) ?? {};
      socket?.destroy();
    },
  };
}

/** Gives an answer to whom it is for. What nobody waits for is not even decoded. @throws where it is no DNS message */
function answer(asked, message) {
  const waiting = message.length < 2 ? undefined : asked.get(message.readUInt16BE(0));
  if (message.length >= 12 && waiting === undefined) return;
  const response = decode(message);
  if (waiting === undefined || response.type !== 'response') return;
  const [question] = response.questions;
  // A server that could not read the question does not repeat it (RFC 1035 §4.1.1: format error).
  const isError = question === undefined && !['NOERROR', 'NXDOMAIN'].includes(response.rcode);
  // An answer to another question is one that nobody has asked, or that came too late.
  const fits = question?.type === waiting.type && question.name.toLowerCase() === waiting.name.toLowerCase();
  if (fits || isError) waiting.settle(response);
}

/** Whether an answer without records says that there are none: it is not cut off, and does not lead to other servers (RFC 2308 §2.2). */
function saysThereIsNone({ authorities, flag_tc: isCut }) {
  const has = (type) => authorities.some((one) => one.type === type);
  return !isCut && (has('SOA') || !has('NS'));
}

/** Labels of 63 octets, 253 with the dots (RFC 1035 §2.3.4). */
function isName(name) {
  return name.length <= 253 && /^[\x21-\x2d\x2f-\x7e]{1,63}(?:\.[\x21-\x2d\x2f-\x7e]{1,63})*\.?$/.test(name);
}

function freeId(asked) {
  for (;;) {
    const id = randomInt(65_536);
    if (!asked.has(id)) return id;
  }
}

/** As `node:dns` throws it. */
function fault(code, sentence, cause) {
  return Object.assign(new Error(sentence, { cause }), { code });
}
