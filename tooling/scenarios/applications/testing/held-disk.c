/*
 * Preloaded into a program, it holds its disk: while the file HELD_DISK exists, nothing that is written is flushed. A file with `.waiting` at
 * the end of that name says that something waits for it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_while_held(void) {
  const char *held = getenv("HELD_DISK");
  char waiting[4096];
  if (held == NULL || access(held, F_OK) != 0) return;
  snprintf(waiting, sizeof waiting, "%s.waiting", held);
  close(open(waiting, O_CREAT | O_WRONLY, 0600));
  while (access(held, F_OK) == 0) usleep(10000);
}

int fsync(int file) {
  wait_while_held();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
  wait_while_held();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
