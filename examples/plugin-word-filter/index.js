const requestPolicy = { name: 'request-policy', version: 2 };

const wordsOf = (value) => (typeof value === 'object' && value !== null ? value.words : undefined);

/** Any Standard Schema will do here, zod's for instance; this one is written by hand to need nothing. */
const configSchema = {
  '~standard': {
    version: 1,
    vendor: 'entente-plugin-word-filter',
    validate(value) {
      const words = wordsOf(value);
      const fits = Array.isArray(words) && words.length > 0 && words.every((w) => typeof w === 'string' && w);
      if (fits) return { value: { words: words.map((word) => word.toLowerCase()) } };
      return { issues: [{ message: 'expected a list of words', path: ['words'] }] };
    },
  },
};

/** Refuses a MESSAGE whose text holds one of the words, in any case. */
export const plugin = {
  name: 'word-filter',
  apiVersion: 1,
  requires: [],
  provides: [requestPolicy],
  configSchema,
  setup(scope, { words }) {
    scope.provide(requestPolicy, {
      judge({ body, method }) {
        if (method !== 'MESSAGE') return undefined;
        const text = body.toLowerCase();
        const index = words.findIndex((word) => text.includes(word));
        // The log gets the place in the list, not what somebody wrote.
        return index === -1 ? undefined : { sentence: `the text holds word ${index + 1} of the list` };
      },
    });
    scope.log.info({ words: words.length }, 'filtering');
  },
};
