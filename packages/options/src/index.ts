export { Checks, nested } from './checks.ts';
export { describe, Fault, type FaultDescription, type FaultParts, inOneLine } from './fault.ts';
export { foundValue, isThenable } from './found-value.ts';
export { editsBetween, nearestName } from './nearest-name.ts';
export { type CheckSettings, Place } from './place.ts';
export {
  abortSignal,
  anyText,
  anything,
  callback,
  delayMs,
  having,
  isOctets,
  isRecord,
  isTexts,
  list,
  listOf,
  longestDelayMs,
  number,
  type OptionsOf,
  object,
  octets,
  oneOf,
  optional,
  type Rule,
  required,
  rule,
  type Shape,
  type TypeOf,
  text,
  texts,
  wholeNumber,
  withMethods,
  yesOrNo,
} from './rule.ts';
