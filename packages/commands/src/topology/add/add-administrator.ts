import { OperatorFault } from '@entente/host';
import { allowMatrix } from '@entente/topology';
import type { Command } from 'commander';
import { readAdministrator } from '../administrator-key.ts';
import { append, editTopology, setField } from '../edit-topology.ts';
import { type EntryOptions, entryCommand, giveAdded } from './entry-command.ts';

interface AdministratorOptions extends EntryOptions {
  readonly publicKey: string;
  readonly required?: string;
}

interface LinkOptions extends EntryOptions {
  readonly a?: string;
  readonly b?: string;
  readonly closed?: boolean;
  readonly mayOpen?: 'a' | 'b';
  readonly maySend?: 'a' | 'b';
}

/** Adds `administrator` and `link`. */
export function register(add: Command): void {
  entryCommand(
    add,
    'administrator',
    'add an administrator who may sign',
    'entente topology add administrator bob --public-key bob.pub --required 2',
  )
    .argument('<id>', 'short name, which signatures carry')
    .requiredOption('--public-key <file>', 'PEM, created with entente topology key')
    .option('--required <k>', 'signatures needed for a change that does more than narrow')
    .option('--title <text>', 'description for people')
    .action(async (id: string, given: AdministratorOptions) => {
      const entry = { ...(await readAdministrator(id, given.publicKey)), title: given.title };
      const required = given.required === undefined ? undefined : wholeNumber(given.required, '--required');
      const edited = await editTopology(given.file, (document) => {
        append(document, ['administrators', 'keys'], entry);
        if (required !== undefined) setField(document, ['administrators', 'required'], required);
      });
      giveAdded(`the administrator ${id}`, entry, edited, given);
    });
  entryCommand(
    add,
    'link',
    'narrow a row of the allow matrix; entente topology remove --kind link opens it again',
    'entente topology add link 13 --a pool1.contoso.example --b pool2.contoso.example --closed',
  )
    .argument('<row>', `number of the row, 1 to ${allowMatrix.length}`)
    .option('--a <names>', 'servers or pools on side A, separated by commas; default all')
    .option('--b <names>', 'servers or pools on side B; default all')
    .option('--closed', 'allow no connection')
    .option('--may-open <side>', 'only this side opens connections: a or b')
    .option('--may-send <side>', 'only this side sends requests: a or b')
    .action(async (row: string, given: LinkOptions) => {
      const entry = {
        row: rowNumber(row),
        a: given.a?.split(','),
        b: given.b?.split(','),
        closed: given.closed,
        mayOpen: given.mayOpen,
        maySend: given.maySend,
      };
      const edited = await editTopology(given.file, (document) => append(document, ['links'], entry));
      giveAdded(`the narrowed row ${row}`, entry, edited, given);
    });
}

function rowNumber(text: string): number {
  const row = wholeNumber(text, 'argument <row>');
  if (allowMatrix.some((one) => one.row === row)) return row;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a row of the allow matrix, 1 to ${allowMatrix.length}, found ${text}`,
    place: 'argument <row>',
    remedy: 'give the number of a row; entente topology check --links lists them',
  });
}

function wholeNumber(text: string, option: string): number {
  if (/^[0-9]{1,4}$/.test(text)) return Number(text);
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a whole number, found ${text}`,
    place: option,
    remedy: 'give a number like 2',
  });
}
