/**
 * A module that Node loads before a program of a page. It stands in for DNS and for the servers of others: names for examples lead to this
 * machine, and `ENTENTE_NEWCOMER_OUTSIDE` says where, as JSON: an address for a name (`fe1.contoso.example`), or a port for the port of a name
 * (`example.com:443`). Nothing else of the program is touched.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const { ENTENTE_NEWCOMER_OUTSIDE: given = '{}' } = process.env;
const places = JSON.parse(given);
const isExample = (name) => typeof name === 'string' && /(^|\.)example(\.com)?$/.test(name);
const addressOf = (name) => places[name] ?? '127.0.0.1';

const { lookup } = dns;
dns.lookup = (name, ...rest) => {
  const answer = rest.at(-1);
  if (!isExample(name)) return lookup(name, ...rest);
  const address = addressOf(name);
  if (rest[0]?.all === true) process.nextTick(answer, null, [{ address, family: 4 }]);
  else process.nextTick(answer, null, address, 4);
};
const { lookup: promised } = dns.promises;
dns.promises.lookup = async (name, options) => {
  if (!isExample(name)) return promised(name, options);
  const answer = { address: addressOf(name), family: 4 };
  return options?.all === true ? [answer] : answer;
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...words) {
  if (typeof words[0] === 'number') words[0] = places[`${words[1]}:${words[0]}`] ?? words[0];
  const options = Array.isArray(words[0]) ? words[0][0] : words[0];
  const port = places[`${options?.host}:${options?.port}`];
  if (port !== undefined) options.port = port;
  return connect.apply(this, words);
};
syncBuiltinESMExports();
