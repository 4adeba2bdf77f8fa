// Tells Thread Sanitizer of the locks and semaphores of libraries that are not built for it. Without this, whatever they
// protect is reported as a race. Loaded before the tests (LD_PRELOAD) by Scripts/sanitize.sh.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern void __tsan_acquire(void *);
extern void __tsan_release(void *);

#define NEXT(function, name) ((__typeof__(&function))dlsym(RTLD_NEXT, name))

// `Mutex` of Swift's Synchronization: the usual way is compiled into our code and seen; a thread that has to wait, or
// that wakes another, goes through these three.

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"

__attribute__((swiftcall)) void mutex_lock(uint32_t thread, __attribute__((swift_context)) void *mutex) __asm__(LOCK);
__attribute__((swiftcall)) void mutex_unlock(__attribute__((swift_context)) void *mutex) __asm__(UNLOCK);
__attribute__((swiftcall)) bool mutex_try(__attribute__((swift_context)) void *mutex) __asm__(TRY_LOCK);

__attribute__((swiftcall)) void mutex_lock(uint32_t thread, __attribute__((swift_context)) void *mutex) {
  NEXT(mutex_lock, LOCK)(thread, mutex);
  __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void mutex_unlock(__attribute__((swift_context)) void *mutex) {
  __tsan_release(mutex);
  NEXT(mutex_unlock, UNLOCK)(mutex);
}

__attribute__((swiftcall)) bool mutex_try(__attribute__((swift_context)) void *mutex) {
  bool taken = NEXT(mutex_try, TRY_LOCK)(mutex);
  if (taken) __tsan_acquire(mutex);
  return taken;
}

// Semaphores and groups of Dispatch.

long dispatch_semaphore_signal(void *semaphore) {
  __tsan_release(semaphore);
  return NEXT(dispatch_semaphore_signal, "dispatch_semaphore_signal")(semaphore);
}

long dispatch_semaphore_wait(void *semaphore, uint64_t timeout) {
  long overdue = NEXT(dispatch_semaphore_wait, "dispatch_semaphore_wait")(semaphore, timeout);
  if (overdue == 0) __tsan_acquire(semaphore);
  return overdue;
}

void dispatch_group_leave(void *group) {
  __tsan_release(group);
  NEXT(dispatch_group_leave, "dispatch_group_leave")(group);
}

long dispatch_group_wait(void *group, uint64_t timeout) {
  long overdue = NEXT(dispatch_group_wait, "dispatch_group_wait")(group, timeout);
  if (overdue == 0) __tsan_acquire(group);
  return overdue;
}
