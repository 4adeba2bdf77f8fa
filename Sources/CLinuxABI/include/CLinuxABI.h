// What the C library has only for programs that ask for its GNU extensions, which Swift's module of it does not, and system
// calls that it has no function for.
#pragma once

#if defined(__linux__)
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

int pipe2(int *descriptors, int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int memfd_create(const char *name, unsigned int flags);
int fallocate(int descriptor, int mode, off_t offset, off_t length);

// The structures of the kernel, whose headers a machine may have in an older version.

struct clutch_landlock_ruleset {
  uint64_t handled_access_fs, handled_access_net;
};

struct clutch_landlock_path {
  uint64_t allowed_access;
  int32_t parent_fd;
} __attribute__((packed));

struct clutch_filter {
  uint16_t code;
  uint8_t jt, jf;
  uint32_t k;
};

struct clutch_filter_program {
  uint16_t len;
  const struct clutch_filter *filter;
};

struct clutch_limit {
  uint64_t soft, hard;
};

// Gives the version of Landlock with the flag 1 and no rules.
static inline int clutch_landlock_create_ruleset(const struct clutch_landlock_ruleset *rules, size_t size, uint32_t flags) {
  return (int)syscall(444, rules, size, flags);
}

static inline int clutch_landlock_add_path(int ruleset, const struct clutch_landlock_path *rule) {
  return (int)syscall(445, ruleset, 1, rule, 0);
}

static inline int clutch_landlock_restrict_self(int ruleset) { return (int)syscall(446, ruleset, 0); }

static inline int clutch_seccomp(unsigned int operation, unsigned int flags, const void *arguments) {
  return (int)syscall(SYS_seccomp, operation, flags, arguments);
}

static inline int clutch_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

static inline int clutch_prlimit(pid_t process, int resource, const struct clutch_limit *limit) {
  return (int)syscall(SYS_prlimit64, process, resource, limit, NULL);
}

static inline int clutch_signal_thread(pid_t process, pid_t thread, int signal) {
  return (int)syscall(SYS_tgkill, process, thread, signal);
}

static inline pid_t clutch_thread(void) { return (pid_t)syscall(SYS_gettid); }

// Of the calls that only some kinds of processor have.
#ifndef SYS_fork
#define SYS_fork -1
#endif
#ifndef SYS_vfork
#define SYS_vfork -1
#endif
#ifndef SYS_iopl
#define SYS_iopl -1
#endif
#ifndef SYS_ioperm
#define SYS_ioperm -1
#endif
#ifndef SYS_settimeofday
#define SYS_settimeofday -1
#endif
#ifndef SYS_setrlimit
#define SYS_setrlimit -1
#endif
#ifndef SYS_kexec_file_load
#define SYS_kexec_file_load -1
#endif
#endif
