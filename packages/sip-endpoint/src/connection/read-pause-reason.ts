/** Why a peer was not read from for a while. */
export type HeldUp =
  /** Much of what it sent was refused at once, or was an answer to nothing. */
  | 'refusals'
  /** It sent many more keep-alives than keep a connection alive. */
  | 'keep-alives'
  /** It sent more in dialogs than calls ever do, or more REGISTERs than devices do. */
  | 'in-dialogs';
