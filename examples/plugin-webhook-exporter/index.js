const exporter = { name: 'exporter', version: 1 };

/** Milliseconds in which the other side has to answer. */
const answerMs = 4_000;

/** What is wrong with a configuration. */
function problemOf({ events, url }) {
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return { message: 'expected an http or https URL', path: ['url'] };
  const fits =
    events === undefined || (Array.isArray(events) && events.every((one) => typeof one === 'string'));
  return fits ? undefined : { message: 'expected a list of events', path: ['events'] };
}

/** Any Standard Schema will do here, zod's for instance. */
const configSchema = {
  '~standard': {
    version: 1,
    vendor: 'entente-plugin-webhook-exporter',
    validate(given) {
      const value = typeof given === 'object' && given !== null ? given : {};
      const problem = problemOf(value);
      return problem === undefined ? { value } : { issues: [problem] };
    },
  },
};

/** Posts what a server logs to a URL, one batch after another, as JSON. */
export const plugin = {
  name: 'webhook-exporter',
  apiVersion: 1,
  requires: [],
  provides: [exporter],
  configSchema,
  setup(scope, { events, url }) {
    const wanted = events === undefined ? undefined : new Set(events);
    scope.provide(exporter, {
      async export({ leftOut, records }) {
        const chosen = records.filter(({ fields }) => wanted === undefined || wanted.has(fields.event));
        if (chosen.length === 0) return;
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ leftOut, records: chosen }),
          signal: AbortSignal.any([scope.signal, AbortSignal.timeout(answerMs)]),
        });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`expected an answer of the class 200, found ${response.status}`);
      },
    });
    scope.log.info({ url }, 'posting');
  },
};
