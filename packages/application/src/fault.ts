import { Checks, Fault } from '@entente/options';

/** What an application has done wrong, or cannot do now. Match it by `code`. */
export type ApplicationFaultCode =
  /** It would send as an address that the topology does not give it. */
  | 'ENTENTE_APPLICATION_NOT_OWN_ADDRESS'
  /** No front end can be reached that it may send requests to. */
  | 'ENTENTE_APPLICATION_NO_FRONT_END'
  /** A bound, a method or an argument that it cannot be given. */
  | 'ENTENTE_APPLICATION_BAD_ARGUMENT';

/** A fault of an application: what happened, where, and what to do. */
export class ApplicationFault extends Fault<ApplicationFaultCode> {
  /** Always `ApplicationFault`. */
  override readonly name = 'ApplicationFault';
}

/** Refuses arguments with `ENTENTE_APPLICATION_BAD_ARGUMENT`. */
export const checks = new Checks({
  fault: (parts) => new ApplicationFault('ENTENTE_APPLICATION_BAD_ARGUMENT', parts),
  hasSecrets: true,
});
