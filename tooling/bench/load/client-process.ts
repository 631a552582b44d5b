import { connect } from 'node:tls';
import { obey, tell } from '../process/obey.ts';
import { CallCaller } from './call-caller.ts';
import { openCalled, register } from './called.ts';
import { clientContext } from './client-context.ts';
import { Load, type LoadCaller } from './load.ts';
import { LoadConnection } from './load-connection.ts';
import { MessageCaller } from './message-caller.ts';
import type { ClientOrder, Done, HoldOrder, LoadPair, OpenOrder, Work } from './order.ts';
import { RegisterCaller } from './register-caller.ts';
import { storm } from './storm.ts';

/** The process of clients, callers and called both. */
obey((order: ClientOrder) => {
  if ('open' in order) return open(order.open);
  if ('keep' in order) return keep(order.keep);
  if ('measure' in order) return whileOpen((load) => load.measure(() => tell('measuring')), order.measure);
  if ('complete' in order) return whileOpen((load) => load.complete(order.complete));
  return 'hold' in order ? hold(order.hold) : storm(order.storm);
});

const called: LoadConnection[] = [];
const callers: LoadCaller[] = [];
/** Connections that say nothing, and are open. */
const idle = new Set<object>();

async function open(order: OpenOrder): Promise<Done> {
  const { what = 'message' } = order;
  for (const pair of order.pairs) {
    const from = pair.localAddress === undefined ? {} : { localAddress: pair.localAddress };
    if (what !== 'register') called.push(await openCalled({ ...order.called, ...from }, pair));
    callers.push(await openCaller({ ...order.caller, ...from }, pair, what));
  }
  return { count: callers.length, refused: [] };
}

function openCaller(
  tls: OpenOrder['caller'],
  pair: LoadPair,
  what: NonNullable<OpenOrder['what']>,
): Promise<LoadCaller> {
  if (what === 'message') return MessageCaller.open(tls, pair);
  if (what === 'register') return RegisterCaller.open(tls, pair);
  return CallCaller.open(tls, pair, what === 'call');
}

function keep(pairs: number): Done {
  for (const one of [...callers.splice(pairs), ...called.splice(pairs)]) one.close();
  return { count: callers.length, refused: [] };
}

/** What a load finds, unless a connection ends. */
function whileOpen<Found>(
  run: (load: Load) => Promise<Found>,
  work: Work = { measureMs: 0 },
): Promise<Found> {
  return new Promise((resolve, reject) => {
    for (const side of called) side.ended = (why) => reject(new Error(`called: ${why}`));
    for (const caller of callers) caller.watch((why) => reject(new Error(`caller: ${why}`)));
    run(new Load(callers, work)).then(resolve, reject);
  });
}

/** Handshakes that are under way at once. */
const atOnce = 8;

async function hold({ answersNoPing = false, tls, upTo, users }: HoldOrder): Promise<Done> {
  const refused: string[] = [];
  let next = idle.size;
  const fill = async (): Promise<void> => {
    while (next < upTo) {
      const user = users?.[next];
      next += 1;
      try {
        if (user === undefined) await silent(tls, answersNoPing);
        else {
          const connection = await LoadConnection.open(tls);
          await register(connection, tls, user.address, user);
          connection.ended = () => void idle.delete(connection);
          idle.add(connection);
        }
      } catch (fault) {
        refused.push((fault as Error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, fill));
  return { count: idle.size, refused };
}

/** A connection whose first byte from the server, to our ping (RFC 5626 §3.5.1) where it answers pings, shows that the server has accepted it. */
function silent(tls: HoldOrder['tls'], answersNoPing: boolean): Promise<void> {
  const { host, port, servername } = tls;
  const socket = connect({ host, port, servername, secureContext: clientContext(tls) });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => {
      idle.delete(socket);
      reject(new Error('the server closed a connection'));
    });
    const opened = (): void => {
      idle.add(socket);
      resolve();
    };
    socket.once('data', opened);
    socket.once('secureConnect', () => {
      if (answersNoPing) opened();
      else socket.write('\r\n\r\n');
    });
  });
}
