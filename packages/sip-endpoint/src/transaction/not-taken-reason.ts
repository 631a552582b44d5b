/** Why a request was not taken. */
export type NotTaken =
  /** Its sender has too much under way. */
  | 'no-room'
  /** Its sender has gone on sending to a target where it led to nothing. */
  | 'in-vain'
  /** This process has more to do than it can, and the request begins something new. */
  | 'overloaded';
