#define _GNU_SOURCE
#include "CCrashReport.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

// What is known of a thread, at the low end of a mapping whose rest is its stack for handlers.
typedef struct Thread {
  const ClutchActivity *activity;
  // The lowest address of its stack.
  uintptr_t stackEnd;
  stack_t handlerStack;
} Thread;

enum {
  // For our handler and those that follow it, which may be anybody's: a kernel may put several thousand bytes of
  // registers there before one begins.
  mappingSize = 96 << 10,
  headSize = 4 << 10,
  // How far beyond the end of a stack an access may be that has run over it.
  stackMargin = 64 << 10,
  nameLimit = 300,
};

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
enum { faultCount = sizeof faults / sizeof *faults };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_once_t handlersOnce = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static struct sigaction before[faultCount];
static atomic_bool isInstalled;

// MARK: Threads

static void forgetThread(void *value) {
  Thread *thread = value;
  if (thread->handlerStack.ss_sp) {
    stack_t none = {.ss_flags = SS_DISABLE};
    stack_t current;
    // Somebody else may have put another in its place.
    if (sigaltstack(NULL, &current) == 0 && current.ss_sp == thread->handlerStack.ss_sp) sigaltstack(&none, NULL);
  }
  munmap(thread, mappingSize);
}

static void makeKey(void) { pthread_key_create(&key, forgetThread); }

static uintptr_t findStackEnd(void) {
#if __APPLE__
  pthread_t self = pthread_self();
  return (uintptr_t)pthread_get_stackaddr_np(self) - pthread_get_stacksize_np(self);
#else
  pthread_attr_t attributes;
  void *start = NULL;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  pthread_attr_getstack(&attributes, &start, &size);
  pthread_attr_destroy(&attributes);
  return (uintptr_t)start;
#endif
}

// A thread inherits what is blocked, and those of Dispatch block SIGABRT. Newer C libraries then abort without a handler.
static void unblock(void) {
  sigset_t all;
  sigemptyset(&all);
  for (int index = 0; index < faultCount; index++) sigaddset(&all, faults[index]);
  pthread_sigmask(SIG_UNBLOCK, &all, NULL);
}

void ClutchPrepareThread(void) {
  pthread_once(&once, makeKey);
  if (atomic_load(&isInstalled)) unblock();
  if (pthread_getspecific(key)) return;
  Thread *thread = mmap(NULL, mappingSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (thread == MAP_FAILED) return;
  thread->stackEnd = findStackEnd();
  stack_t current;
  if (sigaltstack(NULL, &current) == 0 && current.ss_flags & SS_DISABLE) {
    stack_t stack = {.ss_sp = (char *)thread + headSize, .ss_size = mappingSize - headSize};
    if (sigaltstack(&stack, NULL) == 0) thread->handlerStack = stack;
  }
  if (pthread_setspecific(key, thread) != 0) forgetThread(thread);
}

const ClutchActivity *ClutchExchangeActivity(const ClutchActivity *activity) {
  Thread *thread = pthread_getspecific(key);
  if (!thread) return NULL;
  const ClutchActivity *outer = thread->activity;
  thread->activity = activity;
  return outer;
}

// MARK: The line

typedef struct Line {
  char text[2 * nameLimit + 300];
  size_t length;
} Line;

static void add(Line *line, const char *text) {
  for (size_t count = 0; *text && line->length < sizeof line->text - 1; text++, count++) {
    unsigned char byte = (unsigned char)*text;
    // Not in the middle of a character.
    if (count >= nameLimit && (byte & 0xc0) != 0x80) {
      add(line, "...");
      return;
    }
    // A name may be anything; the line must be one, and leave a terminal as it is.
    line->text[line->length++] = byte < ' ' || byte == 0x7f ? '?' : (char)byte;
  }
}

static void addNumber(Line *line, uintptr_t number) {
  char digits[24];
  size_t first = sizeof digits - 1;
  digits[first] = 0;
  do digits[--first] = (char)('0' + number % 10);
  while (number /= 10);
  add(line, digits + first);
}

static const char *name(int number) {
  switch (number) {
  case SIGSEGV: return "SIGSEGV";
  case SIGBUS: return "SIGBUS";
  case SIGILL: return "SIGILL";
  case SIGFPE: return "SIGFPE";
  case SIGTRAP: return "SIGTRAP";
  default: return "SIGABRT";
  }
}

static int hasUsedUpStack(const Thread *thread, int number, const siginfo_t *info) {
  if (!thread || !thread->stackEnd || (number != SIGSEGV && number != SIGBUS) || info->si_code <= 0) return 0;
  uintptr_t address = (uintptr_t)info->si_addr;
  return address + stackMargin >= thread->stackEnd && address < thread->stackEnd + stackMargin;
}

static void say(int number, const siginfo_t *info) {
  const Thread *thread = pthread_getspecific(key);
  const ClutchActivity *activity = thread ? thread->activity : NULL;
  Line line;
  line.length = 0;
  add(&line, "clutch: the process died of ");
  add(&line, name(number));
  if (hasUsedUpStack(thread, number, info)) add(&line, " (calls are nested so deeply that the stack is used up)");
  if (!activity) {
    add(&line, "; its thread was running none of the functions");
  } else if (activity->kind == ClutchActivityCalling && activity->function) {
    add(&line, " while UDF ");
    add(&line, activity->function);
    add(&line, " of ");
    add(&line, activity->source);
    add(&line, " was running");
    intptr_t row = activity->row ? *activity->row : 0;
    if (row > 0) {
      add(&line, ", at row ");
      addNumber(&line, (uintptr_t)row - 1);
      add(&line, " of its batch");
    }
  } else if (activity->kind == ClutchActivityEnding) {
    add(&line, " while an interpreter of ");
    add(&line, activity->source);
    add(&line, " was ending");
  } else {
    add(&line, " while ");
    add(&line, activity->source);
    add(&line, " was being loaded");
  }
  line.text[line.length++] = '\n';
  size_t written = 0;
  while (written < line.length) {
    ssize_t count = write(STDERR_FILENO, line.text + written, line.length - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    written += (size_t)count;
  }
}

// MARK: The handler

static void handle(int number, siginfo_t *info, void *context) {
  int code = errno;
  say(number, info);
  for (int index = 0; index < faultCount; index++)
    if (faults[index] == number) sigaction(number, &before[index], NULL);
  // An access that faults is made again on return, and now goes where it would have gone without us, with all that its
  // handler may want to know. What was sent has to be sent again, and so has a trap, which is behind us by now; blocked
  // as it is here, that comes on return too.
  if (info->si_code <= 0 || number == SIGTRAP || number == SIGABRT) raise(number);
  errno = code;
}

static void install(void) {
  pthread_once(&once, makeKey);
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  for (int index = 0; index < faultCount; index++) {
    // Known before ours can come.
    if (sigaction(faults[index], NULL, &before[index]) == 0) sigaction(faults[index], &action, NULL);
  }
}

void ClutchInstallCrashHandlers(void) {
  pthread_once(&handlersOnce, install);
  atomic_store(&isInstalled, true);
  ClutchPrepareThread();
}
