// What the C library has only for programs that ask for its GNU extensions, which Swift's module of it does not.
#pragma once

#if defined(__linux__)
#include <sys/types.h>

int pipe2(int *descriptors, int flags);
int memfd_create(const char *name, unsigned int flags);
int fallocate(int descriptor, int mode, off_t offset, off_t length);
#endif
