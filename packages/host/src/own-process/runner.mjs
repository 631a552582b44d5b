// Runs one plugin in a process of its own, and answers its server on pipe 3: a line of JSON for each message. It imports nothing but Node
// and the plugin, because it may read nothing else.
import { Socket } from 'node:net';

const memoryStatus = 86;
const checkMs = 1_000;
/** Milliseconds between two messages with what implementations tell; values and their characters in one of them, and those that may wait. */
const tellMs = 50;
const maxTold = 500;
const maxToldCharacters = 40_000;
const maxUntold = 10_000;
/** Names of methods that the server is told of an implementation. */
const maxMethods = 100;

const pipe = new Socket({ fd: 3, readable: true, writable: true });
const stop = new AbortController();
const undo = [];
const provided = new Map();
let plugin;
let config;
let maxBytes = Number.POSITIVE_INFINITY;
let maxAnswer = Number.POSITIVE_INFINITY;
let events = {};

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
async function load({ events: toldOf, maxAnswer: characters, maxMemoryBytes, url }) {
  maxBytes = maxMemoryBytes;
  maxAnswer = characters;
  events = toldOf;
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
      for (const event of events[port.name] ?? []) forward(port.name, event, implementation);
    },
    onDispose: (dispose) => void undo.push(dispose),
  };
}

async function setUp() {
  try {
    await plugin.setup(scope(), config);
    const missing = plugin.provides.find(({ name }) => !provided.has(name));
    if (missing !== undefined) throw new Error(`it declares port ${missing.name} but did not provide it`);
    const methods = [...provided].map(([name, implementation]) => [name, methodsOf(implementation)]);
    send({ type: 'ready', methods: Object.fromEntries(methods) });
  } catch (error) {
    send({ type: 'setup-failed', sentence: sentenceOf(error) });
  }
}

/** Names of the methods of an object, also of its classes. */
function methodsOf(implementation) {
  const names = new Set();
  for (let one = implementation; one && one !== Object.prototype; one = Object.getPrototypeOf(one))
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  return [...names].filter((name) => typeof implementation[name] === 'function').slice(0, maxMethods);
}

/** Sends what an implementation tells, each value once in a message, so that a busy one is no flood. */
function forward(port, event, implementation) {
  const waiting = new Set();
  let isTelling = false;
  const tellSoon = () => {
    if (isTelling) return;
    isTelling = true;
    setTimeout(tell, tellMs);
  };
  const tell = () => {
    const values = [];
    let characters = 0;
    for (const value of waiting) {
      characters += value.length;
      if (values.length >= maxTold || characters > maxToldCharacters) break;
      waiting.delete(value);
      values.push(JSON.parse(value));
    }
    send({ type: 'event', port, event, values });
    isTelling = false;
    if (waiting.size > 0) tellSoon();
  };
  implementation[event]?.((value) => {
    const text = JSON.stringify(value ?? null);
    if (waiting.size >= maxUntold || text.length > maxToldCharacters) return;
    waiting.add(text);
    tellSoon();
  });
}

/** A list as a text that is the same whatever order it and the fields of its objects are in. */
function canonical(list) {
  const sorted = (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return JSON.stringify([...list].map((one) => JSON.stringify(one, sorted)).sort());
}

/** What the server has decided beforehand, as the function that a method expects. */
function decisionOf({ change, given }) {
  const expected = canonical(given);
  return (found) =>
    canonical(found) === expected ? { ...change, result: { kept: true } } : { result: { found } };
}

async function call({ args, decision, id, method, port }) {
  try {
    const given = args.map((one) => one ?? undefined);
    const deciding = decision === undefined ? [] : [decisionOf(decision)];
    const value = await provided.get(port)[method](...given, ...deciding);
    const message = JSON.stringify({ type: 'answer', id, value });
    if (message.length > maxAnswer) throw new Error(`its answer has more than ${maxAnswer} characters`);
    pipe.write(`${message}\n`);
  } catch (error) {
    send({ type: 'threw', id, code: codeOf(error), sentence: sentenceOf(error) });
  }
  checkMemory();
}

function codeOf(error) {
  try {
    return typeof error?.code === 'string' ? error.code.slice(0, 100) : undefined;
  } catch {
    return undefined;
  }
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

const handlers = { load, check, setup: setUp, call, ping: () => send({ type: 'pong' }), stop: dispose };

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
