/** Number of the file descriptor whose end tells a keeper that its launcher is gone. */
export const launcherPipe = 3;
