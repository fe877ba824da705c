/*
 * Stands between a program and the disk (LD_PRELOAD). Of the files whose path begins with DISK_FILES it
 * - writes down every write, truncation, flush and removal to DISK_LOG, in order, so that any moment can be played back as a
 *   power failure would leave it: what was flushed is there, of the rest some is (tests/disk/playback.ts);
 * - refuses to let them grow by more than DISK_ROOM bytes in all, as a full disk does.
 * And the clock of day is CLOCK_OFF seconds off, every other thousand times that it is asked.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define FILES 1024
static char *names[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static long long room = -1;

static void start(void) {
  static int started;
  if (started) return;
  started = 1;
  const char *log = getenv("DISK_LOG"), *space = getenv("DISK_ROOM");
  if (log) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (space) room = atoll(space);
}

static const char *watched(int fd) { return fd >= 0 && fd < FILES ? names[fd] : NULL; }

static void put(const void *data, size_t size) {
  while (size > 0) {
    long n = syscall(SYS_write, log_fd, data, size);
    if (n <= 0) abort();
    data = (const char *)data + n;
    size -= n;
  }
}

/* One record: kind, offset, size of the name and of the data, then both. */
static void record(uint32_t kind, const char *name, uint64_t offset, const void *data, uint64_t size) {
  if (log_fd < 0) return;
  struct { uint32_t kind, name; uint64_t offset, size; } head = {kind, strlen(name), offset, size};
  put(&head, sizeof head);
  put(name, head.name);
  if (data) put(data, size);
}

enum { WRITE = 1, TRUNCATE = 2, FLUSH = 3, REMOVE = 4 };

static void opened(int fd, const char *path) {
  const char *prefix = getenv("DISK_FILES");
  if (fd < 0 || fd >= FILES) return;
  pthread_mutex_lock(&lock);
  start();
  free(names[fd]);
  names[fd] = prefix && strncmp(path, prefix, strlen(prefix)) == 0 && !strstr(path, "-shm") ? strdup(path) : NULL;
  pthread_mutex_unlock(&lock);
}

/* Whether a file may grow to that size; what it grows by is used up. */
static int may_grow(int fd, off_t size) {
  struct stat now;
  if (room < 0 || fstat(fd, &now) != 0 || size <= now.st_size) return 1;
  if (size - now.st_size > room) return 0;
  room -= size - now.st_size;
  return 1;
}

static long written(int fd, const void *data, size_t size, off_t offset) {
  pthread_mutex_lock(&lock);
  long n = -1;
  if (may_grow(fd, offset + size)) {
    n = syscall(SYS_pwrite64, fd, data, size, offset);
    if (n > 0) record(WRITE, names[fd], offset, data, n);
  } else {
    errno = ENOSPC;
  }
  pthread_mutex_unlock(&lock);
  return n;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  return watched(fd) ? written(fd, data, size, offset) : syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

ssize_t write(int fd, const void *data, size_t size) {
  if (!watched(fd)) return syscall(SYS_write, fd, data, size);
  off_t at = lseek(fd, 0, SEEK_CUR);
  long n = written(fd, data, size, at);
  if (n > 0) lseek(fd, at + n, SEEK_SET);
  return n;
}

int ftruncate64(int fd, off64_t size) {
  const char *name = watched(fd);
  if (!name) return syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_ftruncate, fd, size);
  if (result == 0) record(TRUNCATE, name, size, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int flush(int fd, long call) {
  const char *name = watched(fd);
  int result = syscall(call, fd);
  if (name && result == 0) {
    pthread_mutex_lock(&lock);
    record(FLUSH, name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
  }
  return result;
}

int fsync(int fd) { return flush(fd, SYS_fsync); }
int fdatasync(int fd) { return flush(fd, SYS_fdatasync); }

int unlink(const char *path) {
  const char *prefix = getenv("DISK_FILES");
  int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0 && prefix && strncmp(path, prefix, strlen(prefix)) == 0 && !strstr(path, "-shm")) {
    pthread_mutex_lock(&lock);
    start();
    record(REMOVE, path, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
  }
  return result;
}

static int open_any(const char *path, int flags, int mode) {
  int fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  opened(fd, path);
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int mode = va_arg(rest, int);
  va_end(rest);
  return open_any(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int mode = va_arg(rest, int);
  va_end(rest);
  return open_any(path, flags, mode);
}

int close(int fd) {
  if (watched(fd)) {
    pthread_mutex_lock(&lock);
    free(names[fd]);
    names[fd] = NULL;
    pthread_mutex_unlock(&lock);
  }
  return syscall(SYS_close, fd);
}

static long off(void) {
  static long asked;
  const char *seconds = getenv("CLOCK_OFF");
  return seconds && asked++ / 1000 % 2 == 0 ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += off();
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int result = syscall(SYS_gettimeofday, now, zone);
  now->tv_sec += off();
  return result;
}

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
