// What is said of a process that dies of a fault: which function was running on the thread that it happened on.
//
// Logic, and in C: a handler of such a signal runs in the middle of anything, on a thread whose stack and heap may be
// ruined. It may not allocate, lock, or call what does, and of compiled Swift nobody can say that it does not: access to
// a static, a closure or an optional may call the runtime. What is here calls nothing but the functions that POSIX and
// the C libraries allow in a handler.
#pragma once

#include <stdint.h>

#pragma clang assume_nonnull begin

typedef enum ClutchActivityKind {
  ClutchActivityLoading,
  ClutchActivityCalling,
  ClutchActivityEnding,
} ClutchActivityKind;

// What a thread is doing. It is only read by a handler on the same thread; all it points at must live until it is
// replaced.
typedef struct ClutchActivity {
  ClutchActivityKind kind;
  // The name of the source.
  const char *source;
  // The function that is called.
  const char *_Nullable function;
  // Its row, counted from 1; 0 before the first.
  const volatile intptr_t *_Nullable row;
} ClutchActivity;

// Gives the calling thread a stack for handlers, unless it has one, and remembers where its own stack ends. Both until
// the thread ends.
void ClutchPrepareThread(void);

// Replaces what the calling thread does; gives what it did before. Does nothing on a thread that is not prepared.
const ClutchActivity *_Nullable ClutchExchangeActivity(const ClutchActivity *_Nullable activity);

// Handles SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP and SIGABRT from now on, until one comes.
void ClutchInstallCrashHandlers(void);

#pragma clang assume_nonnull end
