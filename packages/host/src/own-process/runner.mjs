// Runs one plugin in a process of its own, and answers its server on pipe 3: a line of JSON for each message. It imports nothing but Node
// and the plugin, because it may read nothing else.
import { Socket } from 'node:net';

const memoryStatus = 86;
const checkMs = 1_000;

const pipe = new Socket({ fd: 3, readable: true, writable: true });
const stop = new AbortController();
const undo = [];
const provided = new Map();
let plugin;
let config;
let maxBytes = Number.POSITIVE_INFINITY;

const send = (message) => pipe.write(`${JSON.stringify(message)}\n`);
const sentenceOf = (error) => {
  try {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0].slice(0, 500);
  } catch {
    return 'what was thrown has no words';
  }
};

function end(status) {
  pipe.end(() => process.exit(status));
}

function checkMemory() {
  if (process.memoryUsage.rss() > maxBytes) process.exit(memoryStatus);
}

/** What the server needs to know of the object, which it does not see. */
async function load({ maxMemoryBytes, url }) {
  maxBytes = maxMemoryBytes;
  setInterval(checkMemory, checkMs);
  let found;
  try {
    found = (await import(url)).plugin;
  } catch (error) {
    return send({ type: 'broken', sentence: sentenceOf(error) });
  }
  plugin = found;
  const isObject = typeof found === 'object' && found !== null;
  send({
    type: 'loaded',
    shape: isObject && {
      name: found.name,
      apiVersion: found.apiVersion,
      requires: found.requires,
      provides: found.provides,
      hasSetup: typeof found.setup === 'function',
      hasSchema: typeof found.configSchema?.['~standard']?.validate === 'function',
    },
  });
}

async function check(message) {
  try {
    const result = await plugin.configSchema['~standard'].validate(message.config);
    if (typeof result !== 'object' || result === null) throw new Error('expected a result, found none');
    if (result.issues === undefined) config = result.value;
    const issues = result.issues?.slice(0, 1).map(({ message: text, path }) => ({
      message: text,
      path: path?.map((part) => String(typeof part === 'object' ? part.key : part)),
    }));
    send({ type: 'checked', issues });
  } catch (error) {
    send({ type: 'check-failed', sentence: sentenceOf(error) });
  }
}

function scope() {
  const log = (level) => (fields, message) => void send({ type: 'log', level, fields, message });
  const declared = (list, port) => list.some((one) => one.name === port.name && one.version === port.version);
  return {
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    signal: stop.signal,
    use(port) {
      throw new Error(`port ${port.name}: a plugin in a process of its own requires none`);
    },
    provide(port, implementation) {
      if (!declared(plugin.provides, port))
        throw new Error(`port ${port.name}: version ${port.version} is not in "provides"`);
      if (provided.has(port.name)) throw new Error(`port ${port.name}: provided twice`);
      provided.set(port.name, implementation);
    },
    onDispose: (dispose) => void undo.push(dispose),
  };
}

async function setUp() {
  try {
    await plugin.setup(scope(), config);
    const missing = plugin.provides.find(({ name }) => !provided.has(name));
    if (missing !== undefined) throw new Error(`it declares port ${missing.name} but did not provide it`);
    send({ type: 'ready' });
  } catch (error) {
    send({ type: 'setup-failed', sentence: sentenceOf(error) });
  }
}

async function call({ argument, id, method, port }) {
  try {
    const value = await provided.get(port)[method](argument);
    send({ type: 'answer', id, value });
  } catch (error) {
    send({ type: 'threw', id, sentence: sentenceOf(error) });
  }
  checkMemory();
}

async function dispose() {
  stop.abort();
  for (const step of undo.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      send({
        type: 'log',
        level: 'error',
        fields: {},
        message: `the plugin failed to stop: ${sentenceOf(error)}`,
      });
    }
  }
  end(0);
}

const handlers = { load, check, setup: setUp, call, stop: dispose };

let rest = '';
pipe.setEncoding('utf8');
pipe.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const message = JSON.parse(line);
    void handlers[message.type](message);
  }
});
// A signal to the group of the server is the server's; this process ends with the pipe.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
// The server has gone.
pipe.on('close', () => process.exit(0));
pipe.on('error', () => process.exit(0));

for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => {
    send({ type: 'crashed', sentence: sentenceOf(error) });
    end(1);
  });
