import type { Argument, Command, Option } from 'commander';

/**
 * The commands below one, with what each takes, for programs that call them.
 * @param command - with every command below it loaded
 * @param path - its words, without the name of the program
 */
export function commandList(command: Command, path: readonly string[] = []): readonly object[] {
  if (command.commands.length > 0)
    return command.commands.flatMap((child) => commandList(child, [...path, child.name()]));
  return [
    {
      command: path.join(' '),
      summary: command.summary(),
      description: command.description(),
      arguments: command.registeredArguments.map(argumentOf),
      options: command.options.filter(({ hidden }) => !hidden).map(optionOf),
    },
  ];
}

function argumentOf(argument: Argument): object {
  const { argChoices, description, required, variadic } = argument;
  return {
    name: argument.name(),
    description,
    required,
    repeatable: variadic,
    values: argChoices ?? null,
  };
}

function optionOf(option: Option): object {
  const { argChoices, defaultValue, description, flags, long, mandatory, required, short, variadic } = option;
  return {
    flags,
    long: long ?? null,
    short: short ?? null,
    description,
    required: mandatory,
    takesValue: required || option.optional,
    repeatable: variadic,
    values: argChoices ?? null,
    default: defaultValue ?? null,
  };
}
