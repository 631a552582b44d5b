/** How it goes on, behind what it is, where a statement was signed later than the clock here says. */
export const ofTheFuture = ' from the future';
