/** Why a client was not read from for a while, where nothing that it sent was refused. */
export type HeldUp =
  /** It sent many more keep-alives than keep a connection alive. */
  | 'keep-alives'
  /** It sent more in dialogs than calls ever do, or more REGISTERs than devices do. */
  | 'in-dialogs';
