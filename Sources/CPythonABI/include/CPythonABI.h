// The part of CPython's C interface that Clutch calls, declared by us, so that building needs no Python.
//
// Every function is listed once, in a macro list that makes both a field of a struct of function pointers and
// its symbol name; the fields are all function pointers, so the struct is filled by index from `dlsym`. The
// lists hold for CPython 3.12 to 3.15 with a GIL; what is not in all of these stands in the optional list.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#pragma clang assume_nonnull begin

typedef ptrdiff_t Py_ssize_t;

typedef struct PyTypeObject PyTypeObject;
typedef struct PyThreadState PyThreadState;
typedef struct PyInterpreterState PyInterpreterState;

// The head of every object: the reference count, which only CPython touches, and the type.
typedef struct PyObject {
  Py_ssize_t ob_refcnt;
  PyTypeObject *ob_type;
} PyObject;

// A float: the head, then the value (the layout of 3.12 to 3.15 with a GIL).
typedef struct PyFloatObject {
  PyObject ob_base;
  double ob_fval;
} PyFloatObject;

// An int: the head, then a tag, then the digits. Tags below 16 mark compact ints, of at most one digit: the value is
// (1 - (tag & 3)) * digit (the layout of 3.12 to 3.15).
typedef struct PyLongObject {
  PyObject ob_base;
  uintptr_t lv_tag;
  uint32_t ob_digit[1];
} PyLongObject;

// A list: the head, the number of items, where they are. Only a list that nobody else has yet is written through it.
typedef struct PyListObject {
  PyObject ob_base;
  Py_ssize_t ob_size;
  PyObject *_Nullable *_Nullable ob_item;
  Py_ssize_t allocated;
} PyListObject;

// The values of the datetime module, as its public header has them. Years, months and so on stand in `data`, most
// significant byte first: year (2), month, day, hour, minute, second, microsecond (3); a time begins with its hour.
typedef struct PyDateTime_Date {
  PyObject ob_base;
  Py_ssize_t hashcode;
  char hastzinfo;
  unsigned char data[4];
} PyDateTime_Date;

typedef struct PyDateTime_Time {
  PyObject ob_base;
  Py_ssize_t hashcode;
  char hastzinfo;
  unsigned char data[6];
  unsigned char fold;
  PyObject *_Nullable tzinfo;  // there only if hastzinfo is set
} PyDateTime_Time;

typedef struct PyDateTime_DateTime {
  PyObject ob_base;
  Py_ssize_t hashcode;
  char hastzinfo;
  unsigned char data[10];
  unsigned char fold;
  PyObject *_Nullable tzinfo;  // there only if hastzinfo is set
} PyDateTime_DateTime;

typedef struct PyDateTime_Delta {
  PyObject ob_base;
  Py_ssize_t hashcode;
  int days;
  int seconds;
  int microseconds;
} PyDateTime_Delta;

// What the capsule datetime.datetime_CAPI holds; each interpreter has its own.
typedef struct PyDateTime_CAPI {
  PyTypeObject *_Nonnull DateType;
  PyTypeObject *_Nonnull DateTimeType;
  PyTypeObject *_Nonnull TimeType;
  PyTypeObject *_Nonnull DeltaType;
  PyTypeObject *_Nonnull TZInfoType;
  PyObject *_Nonnull TimeZone_UTC;
  PyObject *_Nullable (*_Nonnull Date_FromDate)(int, int, int, PyTypeObject *);
  PyObject *_Nullable (*_Nonnull DateTime_FromDateAndTime)(int, int, int, int, int, int, int, PyObject *, PyTypeObject *);
  PyObject *_Nullable (*_Nonnull Time_FromTime)(int, int, int, int, PyObject *, PyTypeObject *);
  PyObject *_Nullable (*_Nonnull Delta_FromDelta)(int, int, int, int, PyTypeObject *);
} PyDateTime_CAPI;

// What configures an interpreter made by Py_NewInterpreterFromConfig; the same in 3.12 to 3.15.
typedef struct PyInterpreterConfig {
  int use_main_obmalloc;
  int allow_fork;
  int allow_exec;
  int allow_threads;
  int allow_daemon_threads;
  int check_multi_interp_extensions;
  int gil;
} PyInterpreterConfig;

// Values of PyInterpreterConfig.gil.
enum { PyInterpreterConfig_SHARED_GIL = 1, PyInterpreterConfig_OWN_GIL = 2 };

// The outcome of starting something. Type 0 is success, 1 an error, 2 a request to exit.
typedef struct PyStatus {
  int _type;
  const char *_Nullable func;
  const char *_Nullable err_msg;
  int exitcode;
} PyStatus;

// What configures the process before the first interpreter (the fields of platforms other than Windows).
typedef struct PyPreConfig {
  int _config_init;
  int parse_argv;
  int isolated;
  int use_environment;
  int configure_locale;
  int coerce_c_locale;
  int coerce_c_locale_warn;
  int utf8_mode;
  int dev_mode;
  int allocator;
} PyPreConfig;

// A function of C that Python can call; it must stay where it is for as long as a callable made of it lives.
typedef struct PyMethodDef {
  const char *ml_name;
  PyObject *_Nullable (*_Nonnull ml_meth)(PyObject *_Nonnull self, PyObject *_Nonnull arguments,
                                          PyObject *_Nullable keywords);
  int ml_flags;
  const char *_Nullable ml_doc;
} PyMethodDef;

// What a method of a C type is in the type's dictionary (the layout of 3.12 to 3.15).
typedef struct PyMethodDescrObject {
  PyObject ob_base;
  PyTypeObject *d_type;
  PyObject *_Nullable d_name;
  PyObject *_Nullable d_qualname;
  PyMethodDef *d_method;
} PyMethodDescrObject;

// Values of PyMethodDef.ml_flags.
enum { METH_VARARGS = 1, METH_KEYWORDS = 2, METH_NOARGS = 4, METH_O = 8, METH_CLASS = 16 };

typedef struct PyObjectArenaAllocator {
  void *_Nullable ctx;
  void *_Nullable (*_Nonnull alloc)(void *_Nullable ctx, size_t size);
  void (*_Nonnull free)(void *_Nullable ctx, void *_Nullable pointer, size_t size);
} PyObjectArenaAllocator;

typedef struct PyMemAllocatorEx {
  void *_Nullable ctx;
  void *_Nullable (*_Nonnull malloc)(void *_Nullable ctx, size_t size);
  void *_Nullable (*_Nonnull calloc)(void *_Nullable ctx, size_t count, size_t size);
  void *_Nullable (*_Nonnull realloc)(void *_Nullable ctx, void *_Nullable pointer, size_t size);
  void (*_Nonnull free)(void *_Nullable ctx, void *_Nullable pointer);
} PyMemAllocatorEx;

// One of the modules that are compiled into the library; the table of them ends with an entry without a name.
typedef struct PythonBuiltinModule {
  const char *_Nullable name;
  PyObject *_Nullable (*_Nullable initfunc)(void);
} PythonBuiltinModule;

// A part of how a module is made; the list of them ends with a zero.
typedef struct PyModuleDef_Slot {
  int slot;
  void *_Nullable value;
} PyModuleDef_Slot;

// Values of PyModuleDef_Slot.slot: the function that makes the module, and which interpreters it can be in.
enum { Py_mod_create = 1, Py_mod_multiple_interpreters = 3 };

// What describes a module that is made in steps; an object, though never a counted one.
typedef struct PyModuleDef {
  PyObject ob_base;
  PyObject *_Nullable (*_Nullable m_init)(void);
  Py_ssize_t m_index;
  PyObject *_Nullable m_copy;
  const char *_Nullable m_name;
  const char *_Nullable m_doc;
  Py_ssize_t m_size;
  void *_Nullable m_methods;
  PyModuleDef_Slot *_Nullable m_slots;
  void *_Nullable m_traverse;
  void *_Nullable m_clear;
  void *_Nullable m_free;
} PyModuleDef;

// Called for every audited event, with the event's arguments as a tuple; anything but 0 means an exception is set.
typedef int (*Py_AuditHookFunction)(const char *event, PyObject *_Nullable args, void *_Nullable context);

// Called when a capsule goes.
typedef void (*PyCapsule_Destructor)(PyObject *_Nonnull capsule);

// Values of the start argument of Py_CompileString, and of a memory domain.
enum { Py_eval_input = 258, Py_file_input = 257 };
enum { PYMEM_DOMAIN_RAW = 0, PYMEM_DOMAIN_MEM = 1 };

#if !defined(__APPLE__)
// Of the C library: how many bytes of a block may be used. Swift's modules of Glibc and Musl leave it out.
size_t malloc_usable_size(void *_Nullable);
// glibc only.
int malloc_trim(size_t);
#endif

// Set in the nargsf argument of PyObject_Vectorcall: the slot before the first argument may be overwritten
// during the call, which saves bound methods a copy of the argument vector.

static const uintptr_t PythonVectorcallArgumentsOffset = (uintptr_t)1 << (8 * sizeof(uintptr_t) - 1);

// A slot of a type, for PyType_GetSlot, and what stands there.
enum { Py_tp_base = 48, Py_tp_init = 60, Py_tp_iternext = 63, Py_tp_new = 65 };
typedef PyObject *_Nullable (*newfunc)(PyTypeObject *, PyObject *, PyObject *_Nullable);
typedef PyObject *_Nullable (*iternextfunc)(PyObject *);
typedef int (*initproc)(PyObject *, PyObject *, PyObject *_Nullable);

// Where these two are in a type object, counted in pointers; PyType_GetSlot tells whether it is so (it is in 3.12 to 3.15).
enum { PythonTypeInitPlace = 37, PythonTypeNewPlace = 39 };

// Slots of a type that is made of a list of them, and the list, which ends with a zero.
enum {
  Py_bf_getbuffer = 1, Py_bf_releasebuffer = 2, Py_mp_length = 4, Py_mp_subscript = 5, Py_sq_item = 44,
  Py_sq_length = 45, Py_tp_dealloc = 52, Py_tp_doc = 56, Py_tp_iter = 62, Py_tp_methods = 64, Py_tp_repr = 66,
  Py_tp_getset = 73
};
typedef struct PyType_Slot {
  int slot;
  const void *_Nullable pfunc;
} PyType_Slot;

// What describes such a type; read only while the type is made.
typedef struct PyType_Spec {
  const char *name;
  int basicsize;
  int itemsize;
  unsigned int flags;
  PyType_Slot *slots;
} PyType_Spec;

// Values of PyType_Spec.flags: the type can be matched as a sequence, makes no objects, and cannot be changed.
enum {
  PythonTypeIsSequence = 1 << 5, PythonTypeMakesNoInstances = 1 << 7, PythonTypeIsImmutable = 1 << 8
};

// An attribute that is computed; the list of them ends with an entry without a name.
typedef struct PyGetSetDef {
  const char *_Nullable name;
  PyObject *_Nullable (*_Nullable get)(PyObject *_Nonnull, void *_Nullable);
  int (*_Nullable set)(PyObject *_Nonnull, PyObject *_Nullable, void *_Nullable);
  const char *_Nullable doc;
  void *_Nullable closure;
} PyGetSetDef;

// Memory that an object shows, for as long as it is not released.
typedef struct Py_buffer {
  void *_Nullable buf;
  PyObject *_Nullable obj;
  Py_ssize_t len;
  Py_ssize_t itemsize;
  int readonly;
  int ndim;
  const char *_Nullable format;
  Py_ssize_t *_Nullable shape;
  Py_ssize_t *_Nullable strides;
  Py_ssize_t *_Nullable suboffsets;
  void *_Nullable internal;
} Py_buffer;

// What who asks for memory wants to know of it, and can bear.
enum {
  PyBUF_WRITABLE = 1, PyBUF_FORMAT = 4, PyBUF_ND = 8, PyBUF_STRIDES = 0x18, PyBUF_C_CONTIGUOUS = 0x38,
  PyBUF_F_CONTIGUOUS = 0x58, PyBUF_ANY_CONTIGUOUS = 0x98, PyBUF_FULL_RO = 0x11c
};

// What a callable does when it is called with a vector of arguments.
typedef PyObject *_Nullable (*vectorcallfunc)(PyObject *_Nonnull, PyObject *_Nullable const *_Nullable, size_t,
                                              PyObject *_Nullable);

// Told of every change of a dictionary that is watched: what happens, to which one, the key, and the new value. It must not
// change the dictionary, nor leave an exception pending.
enum { PyDict_EVENT_DEALLOCATED = 5 };
typedef int (*PyDict_WatchCallback)(int, PyObject *_Nonnull, PyObject *_Nullable, PyObject *_Nullable);

#define CLUTCH_PYTHON_FUNCTIONS(F)                                                                              \
  /* The process */                                                                                             \
  F(const char *_Nonnull, Py_GetVersion, void)                                                                          \
  F(int, Py_IsInitialized, void)                                                                                \
  F(void, PyPreConfig_InitPythonConfig, PyPreConfig *)                                                          \
  F(PyStatus, Py_PreInitialize, const PyPreConfig *)                                                            \
  F(wchar_t *_Nullable, Py_DecodeLocale, const char *, size_t *_Nullable)                                       \
  F(void, Py_SetProgramName, const wchar_t *)                                                                   \
  F(void, Py_InitializeEx, int)                                                                                 \
  F(int, Py_FinalizeEx, void)                                                                                   \
  F(void, PyObject_GetArenaAllocator, PyObjectArenaAllocator *)                                                 \
  F(void, PyObject_SetArenaAllocator, PyObjectArenaAllocator *)                                                 \
  F(void, PyMem_GetAllocator, int, PyMemAllocatorEx *)                                                          \
  F(void, PyMem_SetAllocator, int, PyMemAllocatorEx *)                                                          \
  F(int, PySys_AddAuditHook, Py_AuditHookFunction, void *_Nullable)                                             \
  /* Interpreters and thread states */                                                                          \
  F(PyStatus, Py_NewInterpreterFromConfig, PyThreadState *_Nullable *_Nonnull, const PyInterpreterConfig *)     \
  F(void, Py_EndInterpreter, PyThreadState *)                                                                   \
  F(PyInterpreterState *_Nullable, PyInterpreterState_Get, void)                                                \
  F(PyObject *_Nullable, PyInterpreterState_GetDict, PyInterpreterState *)                                      \
  F(int64_t, PyInterpreterState_GetID, PyInterpreterState *)                                                    \
  F(PyThreadState *_Nullable, PyThreadState_New, PyInterpreterState *)                                          \
  F(PyThreadState *_Nullable, PyInterpreterState_ThreadHead, PyInterpreterState *)                              \
  F(PyThreadState *_Nullable, PyThreadState_Next, PyThreadState *)                                              \
  F(void, PyThreadState_Clear, PyThreadState *)                                                                 \
  F(void, PyThreadState_DeleteCurrent, void)                                                                    \
  F(int, PyThreadState_SetAsyncExc, unsigned long, PyObject *_Nullable)                                         \
  F(PyObject *_Nullable, PyThreadState_GetFrame, PyThreadState *)                                               \
  F(PyObject *_Nullable, PyFrame_GetBack, PyObject *)                                                           \
  F(PyObject *_Nonnull, PyFrame_GetCode, PyObject *)                                                            \
  F(int, PyFrame_GetLineNumber, PyObject *)                                                                     \
  F(int, PyCode_Addr2Location, PyObject *, int, int *_Nonnull, int *_Nonnull, int *_Nonnull, int *_Nonnull)     \
  F(PyObject *_Nonnull, PyFrame_GetGlobals, PyObject *)                                                         \
  F(unsigned long, PyThread_get_thread_ident, void)                                                             \
  F(PyInterpreterState *_Nonnull, PyThreadState_GetInterpreter, PyThreadState *)                                        \
  F(PyThreadState *_Nonnull, PyEval_SaveThread, void)                                                                   \
  F(void, PyEval_RestoreThread, PyThreadState *)                                                                \
  /* References and types */                                                                                    \
  F(void, Py_IncRef, PyObject *_Nullable)                                                                       \
  F(void, Py_DecRef, PyObject *_Nullable)                                                                       \
  F(int, PyType_IsSubtype, PyTypeObject *, PyTypeObject *)                                                      \
  F(PyObject *_Nullable, PyType_GetQualName, PyTypeObject *)                                                    \
  F(int, PyObject_IsInstance, PyObject *, PyObject *)                                                           \
  F(PyObject *_Nullable, PyType_GenericAlloc, PyTypeObject *, Py_ssize_t)                                       \
  F(void *_Nullable, PyType_GetSlot, PyTypeObject *, int)                                                       \
  F(PyObject *_Nullable, PyType_GetDict, PyTypeObject *)                                                        \
  F(void, PyType_Modified, PyTypeObject *)                                                                      \
  F(PyObject *_Nullable, PyDescr_NewMethod, PyTypeObject *, PyMethodDef *)                                      \
  F(PyObject *_Nullable, PyType_FromSpec, PyType_Spec *)                                                        \
  F(void, PyObject_Free, void *)                                                                                \
  F(void, PyObject_GC_UnTrack, void *)                                                                          \
  F(Py_ssize_t, PyGC_Collect, void)                                                                             \
  /* Any object */                                                                                              \
  F(PyObject *_Nullable, PyObject_GetAttrString, PyObject *, const char *)                                      \
  F(PyObject *_Nullable, PyObject_GetAttr, PyObject *, PyObject *)                                              \
  F(int, PyObject_GenericSetAttr, PyObject *, PyObject *, PyObject *_Nullable)                                  \
  F(int, PyObject_SetAttrString, PyObject *, const char *, PyObject *_Nullable)                                 \
  F(int, PyObject_HasAttrString, PyObject *, const char *)                                                      \
  F(PyObject *_Nullable, PyObject_GetItem, PyObject *, PyObject *)                                              \
  F(int, PyObject_SetItem, PyObject *, PyObject *, PyObject *)                                                  \
  F(Py_ssize_t, PyObject_Size, PyObject *)                                                                      \
  F(PyObject *_Nullable, PyObject_Str, PyObject *)                                                              \
  F(PyObject *_Nullable, PyObject_Repr, PyObject *)                                                             \
  F(int, PyObject_IsTrue, PyObject *)                                                                           \
  F(int, PyCallable_Check, PyObject *)                                                                          \
  F(int, PyObject_AsFileDescriptor, PyObject *)                                                                 \
  F(PyObject *_Nullable, PyOS_FSPath, PyObject *)                                                               \
  F(PyObject *_Nullable, PyCFunction_NewEx, PyMethodDef *, PyObject *, PyObject *_Nullable)                     \
  F(PyObject *_Nullable, PyObject_Call, PyObject *, PyObject *, PyObject *_Nullable)                            \
  F(PyObject *_Nullable, PyObject_Vectorcall, PyObject *, PyObject *_Nullable const *_Nullable, size_t,         \
    PyObject *_Nullable)                                                                                        \
  F(PyObject *_Nullable, PyObject_VectorcallMethod, PyObject *, PyObject *_Nullable const *_Nullable, size_t,   \
    PyObject *_Nullable)                                                                                        \
  F(vectorcallfunc _Nullable, PyVectorcall_Function, PyObject *)                                                \
  F(PyObject *_Nullable, PyObject_VectorcallDict, PyObject *, PyObject *_Nullable const *_Nullable, size_t,     \
    PyObject *_Nullable)                                                                                        \
  F(PyObject *_Nonnull, PyMethod_Function, PyObject *)                                                          \
  F(PyObject *_Nonnull, PyMethod_Self, PyObject *)                                                              \
  F(PyObject *_Nullable, PyObject_GetIter, PyObject *)                                                          \
  F(PyObject *_Nullable, PySeqIter_New, PyObject *)                                                             \
  F(PyObject *_Nullable, Py_GenericAlias, PyObject *, PyObject *)                                               \
  F(int, PyObject_CheckBuffer, PyObject *)                                                                      \
  F(int, PyObject_GetBuffer, PyObject *, Py_buffer *, int)                                                      \
  F(void, PyBuffer_Release, Py_buffer *)                                                                        \
  F(PyObject *_Nullable, PyIter_Next, PyObject *)                                                               \
  /* Numbers */                                                                                                 \
  F(PyObject *_Nullable, PyLong_FromLongLong, long long)                                                        \
  F(PyObject *_Nullable, PyLong_FromUnsignedLongLong, unsigned long long)                                       \
  F(long long, PyLong_AsLongLongAndOverflow, PyObject *, int *)                                                 \
  F(unsigned long long, PyLong_AsUnsignedLongLong, PyObject *)                                                  \
  F(int, PyIndex_Check, PyObject *)                                                                             \
  F(Py_ssize_t, PyNumber_AsSsize_t, PyObject *, PyObject *_Nullable)                                            \
  F(int, PySlice_Unpack, PyObject *, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *)                                  \
  F(Py_ssize_t, PySlice_AdjustIndices, Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t)                      \
  F(PyObject *_Nullable, PyNumber_Index, PyObject *)                                                            \
  F(PyObject *_Nullable, PyNumber_ToBase, PyObject *, int)                                                      \
  F(PyObject *_Nullable, PyLong_FromString, const char *, char *_Nullable *_Nullable, int)                      \
  F(PyObject *_Nullable, PyFloat_FromDouble, double)                                                            \
  F(double, PyFloat_AsDouble, PyObject *)                                                                       \
  F(PyObject *_Nullable, PyBool_FromLong, long)                                                                 \
  /* Text and bytes */                                                                                          \
  F(PyObject *_Nullable, PyUnicode_FromStringAndSize, const char *_Nullable, Py_ssize_t)                        \
  F(PyObject *_Nullable, PyUnicode_InternFromString, const char *)                                              \
  F(const char *_Nullable, PyUnicode_AsUTF8AndSize, PyObject *, Py_ssize_t *_Nullable)                          \
  F(PyObject *_Nullable, PyUnicode_AsEncodedString, PyObject *, const char *, const char *)                     \
  F(Py_ssize_t, PyUnicode_GetLength, PyObject *)                                                                \
  F(PyObject *_Nullable, PyUnicode_Substring, PyObject *, Py_ssize_t, Py_ssize_t)                               \
  F(PyObject *_Nullable, PyUnicode_EncodeFSDefault, PyObject *)                                                 \
  F(PyObject *_Nullable, PyBytes_FromStringAndSize, const char *_Nullable, Py_ssize_t)                          \
  F(int, PyBytes_AsStringAndSize, PyObject *, char *_Nullable *_Nonnull, Py_ssize_t *_Nullable)                 \
  F(PyObject *_Nullable, PyBytes_FromObject, PyObject *)                                                        \
  /* Containers */                                                                                              \
  F(PyObject *_Nullable, PyTuple_New, Py_ssize_t)                                                               \
  F(int, PyTuple_SetItem, PyObject *, Py_ssize_t, PyObject *_Nullable)                                          \
  F(Py_ssize_t, PyTuple_Size, PyObject *)                                                                       \
  F(PyObject *_Nullable, PyTuple_GetItem, PyObject *, Py_ssize_t)                                               \
  F(PyObject *_Nullable, PyList_New, Py_ssize_t)                                                                \
  F(int, PyList_Append, PyObject *, PyObject *)                                                                 \
  F(Py_ssize_t, PyList_Size, PyObject *)                                                                        \
  F(PyObject *_Nullable, PyList_GetItem, PyObject *, Py_ssize_t)                                                \
  F(int, PyList_SetItem, PyObject *, Py_ssize_t, PyObject *_Nullable)                                           \
  F(PyObject *_Nullable, PySequence_GetItem, PyObject *, Py_ssize_t)                                            \
  F(PyObject *_Nullable, PySequence_GetSlice, PyObject *, Py_ssize_t, Py_ssize_t)                               \
  F(int, PySequence_Check, PyObject *)                                                                          \
  F(PyObject *_Nullable, PySequence_List, PyObject *)                                                           \
  F(PyObject *_Nullable, PyDict_New, void)                                                                      \
  F(int, PyDict_DelItemString, PyObject *, const char *)                                                        \
  F(int, PyDict_SetItem, PyObject *, PyObject *, PyObject *)                                                    \
  F(PyObject *_Nullable, PyDict_GetItemWithError, PyObject *, PyObject *)                                       \
  F(PyObject *_Nullable, PyDict_Copy, PyObject *)                                                               \
  F(int, PyDict_Next, PyObject *, Py_ssize_t *, PyObject *_Nullable *_Nullable, PyObject *_Nullable *_Nullable) \
  F(PyObject *_Nullable, PyDict_Items, PyObject *)                                                              \
  F(PyObject *_Nullable, PyDict_GetItemString, PyObject *, const char *)                                        \
  F(int, PyDict_SetItemString, PyObject *, const char *, PyObject *)                                            \
  F(int, PyDict_AddWatcher, PyDict_WatchCallback)                                                               \
  F(int, PyDict_Watch, int, PyObject *)                                                                         \
  /* Modules and code */                                                                                        \
  F(PyObject *_Nullable, PyImport_ImportModule, const char *)                                                   \
  F(void *_Nullable, PyCapsule_Import, const char *, int)                                                       \
  F(PyObject *_Nullable, PyCapsule_New, void *, const char *, PyCapsule_Destructor _Nullable)                   \
  F(void *_Nullable, PyCapsule_GetPointer, PyObject *, const char *)                                            \
  F(PyObject *_Nullable, PyImport_AddModule, const char *)                                                      \
  F(PyObject *_Nullable, PyImport_GetModuleDict, void)                                                          \
  F(PyObject *_Nullable, PyModule_New, const char *)                                                            \
  F(PyObject *_Nullable, PyModule_GetDict, PyObject *)                                                          \
  F(PyObject *_Nullable, PyModuleDef_Init, PyModuleDef *)                                                       \
  F(PyObject *_Nullable, PyEval_GetBuiltins, void)                                                              \
  F(PyObject *_Nullable, PyFunction_GetCode, PyObject *)                                                        \
  F(PyObject *_Nullable, PyFunction_GetDefaults, PyObject *)                                                    \
  F(PyObject *_Nullable, PyFunction_GetKwDefaults, PyObject *)                                                  \
  F(PyObject *_Nullable, Py_CompileString, const char *, const char *, int)                                     \
  F(long, PyImport_GetMagicNumber, void)                                                                        \
  F(PyObject *_Nullable, PyMarshal_WriteObjectToString, PyObject *, int)                                        \
  F(PyObject *_Nullable, PyMarshal_ReadObjectFromString, const char *_Nullable, Py_ssize_t)                            \
  F(PyObject *_Nullable, PyEval_EvalCode, PyObject *, PyObject *, PyObject *)                                   \
  /* Exceptions */                                                                                              \
  F(PyObject *_Nullable, PyErr_Occurred, void)                                                                  \
  F(void, PyErr_Clear, void)                                                                                    \
  F(void, PyErr_SetString, PyObject *, const char *)                                                            \
  F(void, PyErr_SetObject, PyObject *, PyObject *)                                                              \
  F(PyObject *_Nullable, PyErr_SetImportErrorSubclass, PyObject *, PyObject *, PyObject *_Nullable,             \
    PyObject *_Nullable)                                                                                        \
  F(PyObject *_Nullable, PyErr_GetRaisedException, void)                                                        \
  F(void, PyErr_SetRaisedException, PyObject *)                                                                 \
  F(int, PyErr_GivenExceptionMatches, PyObject *, PyObject *)                                                   \
  F(PyObject *_Nullable, PyException_GetCause, PyObject *)                                                      \
  F(PyObject *_Nullable, PyException_GetContext, PyObject *)                                                    \
  F(PyObject *_Nullable, PyException_GetTraceback, PyObject *)

// Of the first two one is there: the first since 3.13, the second in 3.12. The others are there since 3.13.
#define CLUTCH_PYTHON_OPTIONAL_FUNCTIONS(F)                                                                     \
  F(PyThreadState *_Nullable, PyThreadState_GetUnchecked, void)                                                 \
  F(PyThreadState *_Nullable, _PyThreadState_UncheckedGet, void)                                                \
  F(PyObject *_Nullable, PyLong_FromNativeBytes, const void *, size_t, int)                                     \
  F(PyObject *_Nullable, PyLong_FromUnsignedNativeBytes, const void *, size_t, int)

// Objects that are variables of the library. The singletons and static types are objects themselves; the
// exceptions are pointers to objects.
#define CLUTCH_PYTHON_OBJECTS(O)                                                                                \
  O(PyObject, _Py_NoneStruct)                                                                                   \
  O(PyObject, _Py_TrueStruct)                                                                                   \
  O(PyObject, _Py_FalseStruct)                                                                                  \
  O(PyTypeObject, PyLong_Type)                                                                                  \
  O(PyTypeObject, PyFloat_Type)                                                                                 \
  O(PyTypeObject, PyBool_Type)                                                                                  \
  O(PyTypeObject, PyUnicode_Type)                                                                               \
  O(PyTypeObject, PyType_Type)                                                                                  \
  O(PyTypeObject, PyMethod_Type)                                                                                \
  O(PyTypeObject, PyMethodDescr_Type)                                                                           \
  O(PyTypeObject, PyBytes_Type)                                                                                 \
  O(PyTypeObject, PyByteArray_Type)                                                                             \
  O(PyTypeObject, PyMemoryView_Type)                                                                            \
  O(PyTypeObject, PyDict_Type)                                                                                  \
  O(PyTypeObject, PyList_Type)                                                                                  \
  O(PyTypeObject, PySlice_Type)                                                                                 \
  O(PyTypeObject, PyTuple_Type)                                                                                 \
  O(PyObject *_Nonnull, PyExc_TypeError)                                                                        \
  O(PyObject *_Nonnull, PyExc_ValueError)                                                                       \
  O(PyObject *_Nonnull, PyExc_Exception)                                                                        \
  O(PyObject *_Nonnull, PyExc_IndexError)                                                                       \
  O(PyObject *_Nonnull, PyExc_BufferError)                                                                      \
  O(PyObject *_Nonnull, PyExc_StopIteration)                                                                    \
  O(PyObject *_Nonnull, PyExc_MemoryError)                                                                      \
  O(PyObject *_Nonnull, PyExc_OverflowError)                                                                    \
  O(PyObject *_Nonnull, PyExc_SyntaxError)                                                                      \
  O(PyObject *_Nonnull, PyExc_RuntimeError)                                                                     \
  O(PyObject *_Nonnull, PyExc_BaseExceptionGroup)                                                               \
  O(PyObject *_Nonnull, PyExc_PermissionError)                                                                  \
  O(PyObject *_Nonnull, PyExc_ImportError)                                                                      \
  O(PyObject *_Nonnull, PyExc_ModuleNotFoundError)                                                              \
  O(PythonBuiltinModule *_Nonnull, PyImport_Inittab)

// Objects that only a profiler asks for. _PyRuntime begins with the offsets of what debuggers read, since 3.13
// (https://docs.python.org/3/whatsnew/3.14.html, PEP 768), as words of 64 bits.
#define CLUTCH_PYTHON_OPTIONAL_OBJECTS(O)                                                                       \
  O(PyTypeObject, PyCode_Type)                                                                                  \
  O(const unsigned long long, _PyRuntime)

#define CLUTCH_FUNCTION_FIELD(result, name, ...) result (*_Nonnull name)(__VA_ARGS__);
#define CLUTCH_OPTIONAL_FIELD(result, name, ...) result (*_Nullable name)(__VA_ARGS__);
#define CLUTCH_OBJECT_FIELD(type, name) type *_Nonnull name;
#define CLUTCH_OPTIONAL_OBJECT_FIELD(type, name) type *_Nullable name;
#define CLUTCH_FUNCTION_NAME(result, name, ...) #name,
#define CLUTCH_OBJECT_NAME(type, name) #name,

typedef struct PythonFunctions {
  CLUTCH_PYTHON_FUNCTIONS(CLUTCH_FUNCTION_FIELD)
  CLUTCH_PYTHON_OBJECTS(CLUTCH_OBJECT_FIELD)
  CLUTCH_PYTHON_OPTIONAL_FUNCTIONS(CLUTCH_OPTIONAL_FIELD)
  CLUTCH_PYTHON_OPTIONAL_OBJECTS(CLUTCH_OPTIONAL_OBJECT_FIELD)
} PythonFunctions;

// The symbol of the field at an index of PythonFunctions, or NULL past the last one.
static inline const char *_Nullable PythonSymbolName(size_t index) {
  static const char *const names[] = {CLUTCH_PYTHON_FUNCTIONS(CLUTCH_FUNCTION_NAME)
                                          CLUTCH_PYTHON_OBJECTS(CLUTCH_OBJECT_NAME)
                                              CLUTCH_PYTHON_OPTIONAL_FUNCTIONS(CLUTCH_FUNCTION_NAME)
                                                  CLUTCH_PYTHON_OPTIONAL_OBJECTS(CLUTCH_OBJECT_NAME)};
  return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

// How many fields, from the first, must be there.
static inline size_t PythonRequiredSymbolCount(void) {
  return offsetof(PythonFunctions, PyThreadState_GetUnchecked) / sizeof(void *);
}

#pragma clang assume_nonnull end
