import fc from 'fast-check';
import { beforeEach } from 'vitest';

/** Set-up file of every test file: properties draw from the seed of the run, and a failure names it. */
const { ENTENTE_SEED: text } = process.env;
const seed = Number(text);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

beforeEach(({ onTestFailed, task }) => {
  onTestFailed(() => void process.stderr.write(`"${task.name}" failed with ENTENTE_SEED=${seed}\n`));
});
