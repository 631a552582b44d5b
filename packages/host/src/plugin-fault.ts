import { OperatorFault } from './fault.ts';

/** A fault of one plugin, which the operator can fix; its place names the plugin. */
export function pluginFault(
  code: string,
  plugin: string,
  sentence: string,
  remedy: string,
  cause?: unknown,
): OperatorFault {
  const parts = { sentence, place: `plugin ${plugin}`, remedy };
  return new OperatorFault(code, cause === undefined ? parts : { ...parts, cause });
}
