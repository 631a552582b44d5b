/**
 * A program for `node -e`, with `PORT FILE`: what connects to that port of its own loopback reaches the socket of that file. Sockets in
 * files are the same in every network, so that programs in a namespace reach a server outside of it, and nothing else.
 */
export const loopbackForwarder = `
const net = require('node:net');
const [port, file] = process.argv.slice(1);
const forward = (near) => {
  const far = net.connect(file);
  for (const [one, other] of [[near, far], [far, near]])
    one.on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
};
net.createServer(forward).listen(Number(port), '127.0.0.1', () => console.log('forwarding'));
`;
