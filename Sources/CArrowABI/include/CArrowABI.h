// The Arrow C Data Interface and C Stream Interface, declared by us: how two libraries in one process hand columns to
// each other without copies. The fields and their order are fixed by the Arrow specification.
//
// Whatever comes from another library may be null where it should not be, so every pointer is nullable here.
#pragma once

#include <stdint.h>

// Other headers may declare the same structs; the specification names these guards for that.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

// Bits of ArrowSchema.flags.
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

// The type of a column. Its owner calls `release` once, unless it has moved the struct elsewhere and set `release` to
// null here.
struct ArrowSchema {
  // The type in a notation of a few characters, ended by a zero.
  const char *_Nullable format;
  // The name of the field, ended by a zero.
  const char *_Nullable name;
  // A count and that many pairs of keys and values, every one with its size in front; all numbers as int32.
  const char *_Nullable metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema *_Nullable *_Nullable children;
  // The type of the values, if this is a dictionary encoded column; `format` is then that of the indices.
  struct ArrowSchema *_Nullable dictionary;

  void (*_Nullable release)(struct ArrowSchema *_Nonnull);
  void *_Nullable private_data;
};

// The rows of a column. Owned as ArrowSchema is. Sizes of buffers follow from the type, the length and the offset.
struct ArrowArray {
  int64_t length;
  // -1 when unknown.
  int64_t null_count;
  int64_t offset;
  // The validity first, for all types that have one.
  int64_t n_buffers;
  int64_t n_children;
  const void *_Nullable *_Nullable buffers;
  struct ArrowArray *_Nullable *_Nullable children;
  struct ArrowArray *_Nullable dictionary;

  void (*_Nullable release)(struct ArrowArray *_Nonnull);
  void *_Nullable private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

// Batches of one schema, one after the other. Not for use by two threads at once.
struct ArrowArrayStream {
  // Each gives 0, or an errno; get_next gives a released array at the end.
  int (*_Nullable get_schema)(struct ArrowArrayStream *_Nonnull, struct ArrowSchema *_Nonnull out);
  int (*_Nullable get_next)(struct ArrowArrayStream *_Nonnull, struct ArrowArray *_Nonnull out);
  // Why the last call failed; good until the next call.
  const char *_Nullable (*_Nullable get_last_error)(struct ArrowArrayStream *_Nonnull);

  void (*_Nullable release)(struct ArrowArrayStream *_Nonnull);
  void *_Nullable private_data;
};

#endif
