#pragma once

// The part of DuckDB's C interface that Clutch calls, declared by us, so that building needs no
// DuckDB. Nothing here is linked: the functions are looked up with dlsym in the library that is
// found at run time. Layouts and signatures are those of C API 1.5, the oldest that is accepted.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// A handle is a pointer to a one-field struct. Giving each its own struct makes mixing them up a
// compile-time error in Swift too, which one opaque pointer type for all would not.
#define DUCKDB_HANDLE(name)                  \
  typedef struct duckdb_##name##_object {    \
    void *_Nullable internal;                \
  } *duckdb_##name

DUCKDB_HANDLE(config);
DUCKDB_HANDLE(database);
DUCKDB_HANDLE(connection);
DUCKDB_HANDLE(extracted_statements);
DUCKDB_HANDLE(prepared_statement);
DUCKDB_HANDLE(pending_result);
DUCKDB_HANDLE(data_chunk);
DUCKDB_HANDLE(vector);
DUCKDB_HANDLE(logical_type);
DUCKDB_HANDLE(scalar_function);
DUCKDB_HANDLE(scalar_function_set);
DUCKDB_HANDLE(table_function);
DUCKDB_HANDLE(aggregate_function);
DUCKDB_HANDLE(aggregate_function_set);
DUCKDB_HANDLE(selection_vector);
DUCKDB_HANDLE(function_info);
DUCKDB_HANDLE(bind_info);
DUCKDB_HANDLE(init_info);
DUCKDB_HANDLE(expression);
DUCKDB_HANDLE(client_context);
DUCKDB_HANDLE(error_data);
DUCKDB_HANDLE(value);

typedef uint64_t idx_t;

// Not a pointer to a struct like the others, and passed by value to what destroys it.
typedef void *duckdb_task_state;

typedef enum duckdb_state { DuckDBSuccess = 0, DuckDBError = 1 } duckdb_state;

typedef enum duckdb_type {
  DUCKDB_TYPE_INVALID = 0, DUCKDB_TYPE_BOOLEAN = 1, DUCKDB_TYPE_TINYINT = 2,
  DUCKDB_TYPE_SMALLINT = 3, DUCKDB_TYPE_INTEGER = 4, DUCKDB_TYPE_BIGINT = 5,
  DUCKDB_TYPE_UTINYINT = 6, DUCKDB_TYPE_USMALLINT = 7, DUCKDB_TYPE_UINTEGER = 8,
  DUCKDB_TYPE_UBIGINT = 9, DUCKDB_TYPE_FLOAT = 10, DUCKDB_TYPE_DOUBLE = 11,
  DUCKDB_TYPE_TIMESTAMP = 12, DUCKDB_TYPE_DATE = 13, DUCKDB_TYPE_TIME = 14,
  DUCKDB_TYPE_INTERVAL = 15, DUCKDB_TYPE_HUGEINT = 16, DUCKDB_TYPE_VARCHAR = 17,
  DUCKDB_TYPE_BLOB = 18, DUCKDB_TYPE_DECIMAL = 19, DUCKDB_TYPE_TIMESTAMP_S = 20,
  DUCKDB_TYPE_TIMESTAMP_MS = 21, DUCKDB_TYPE_TIMESTAMP_NS = 22, DUCKDB_TYPE_ENUM = 23,
  DUCKDB_TYPE_LIST = 24, DUCKDB_TYPE_STRUCT = 25, DUCKDB_TYPE_MAP = 26, DUCKDB_TYPE_UUID = 27,
  DUCKDB_TYPE_UNION = 28, DUCKDB_TYPE_BIT = 29, DUCKDB_TYPE_TIME_TZ = 30,
  DUCKDB_TYPE_TIMESTAMP_TZ = 31, DUCKDB_TYPE_UHUGEINT = 32, DUCKDB_TYPE_ARRAY = 33,
  DUCKDB_TYPE_ANY = 34, DUCKDB_TYPE_BIGNUM = 35, DUCKDB_TYPE_SQLNULL = 36,
  DUCKDB_TYPE_STRING_LITERAL = 37, DUCKDB_TYPE_INTEGER_LITERAL = 38, DUCKDB_TYPE_TIME_NS = 39,
  DUCKDB_TYPE_GEOMETRY = 40, DUCKDB_TYPE_VARIANT = 41, DUCKDB_TYPE_TIMESTAMP_TZ_NS = 42
} duckdb_type;

// Only the kinds that are told apart.
typedef enum duckdb_statement_type {
  DUCKDB_STATEMENT_TYPE_INVALID = 0, DUCKDB_STATEMENT_TYPE_SELECT = 1, DUCKDB_STATEMENT_TYPE_TRANSACTION = 10
} duckdb_statement_type;

typedef enum duckdb_pending_state {
  DUCKDB_PENDING_RESULT_READY = 0, DUCKDB_PENDING_RESULT_NOT_READY = 1, DUCKDB_PENDING_ERROR = 2,
  DUCKDB_PENDING_NO_TASKS_AVAILABLE = 3
} duckdb_pending_state;

typedef enum duckdb_result_type {
  DUCKDB_RESULT_TYPE_INVALID = 0, DUCKDB_RESULT_TYPE_CHANGED_ROWS = 1,
  DUCKDB_RESULT_TYPE_NOTHING = 2, DUCKDB_RESULT_TYPE_QUERY_RESULT = 3
} duckdb_result_type;

// Held by value by the caller and passed by value to some functions; only `internal` is in use.
typedef struct duckdb_result {
  idx_t deprecated_column_count;
  idx_t deprecated_row_count;
  idx_t deprecated_rows_changed;
  void *_Nullable deprecated_columns;
  char *_Nullable deprecated_error_message;
  void *_Nullable internal;
} duckdb_result;

typedef struct duckdb_query_progress_type {
  double percentage;  // 0 to 100, or -1 while it is not known
  uint64_t rows_processed;
  uint64_t total_rows_to_process;
} duckdb_query_progress_type;

// What a row of a vector holds, by type. Types missing here are plain C numbers.

typedef struct duckdb_hugeint {
  uint64_t lower;
  int64_t upper;
} duckdb_hugeint;

typedef struct duckdb_interval {
  int32_t months;
  int32_t days;
  int64_t micros;
} duckdb_interval;

typedef struct duckdb_list_entry {
  uint64_t offset;
  uint64_t length;
} duckdb_list_entry;

// VARCHAR, BLOB and BIT. Up to 12 bytes stand in the struct itself, right behind `length`;
// longer ones behind `pointer`, and the bytes between are a copy of the first four.
typedef struct duckdb_string_t {
  uint32_t length;
  char prefix[4];
  char *_Nullable pointer;
} duckdb_string_t;

_Static_assert(sizeof(duckdb_string_t) == 16, "DuckDB strings are 16 bytes");

typedef void (*duckdb_delete_callback_t)(void *_Nullable data);
typedef void *_Nullable (*duckdb_copy_callback_t)(void *_Nullable data);
typedef void (*duckdb_scalar_function_bind_t)(duckdb_bind_info info);
typedef void (*duckdb_scalar_function_init_t)(duckdb_init_info info);
typedef void (*duckdb_scalar_function_t)(
    duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output);

typedef void (*duckdb_table_function_bind_t)(duckdb_bind_info info);
typedef void (*duckdb_table_function_init_t)(duckdb_init_info info);
typedef void (*duckdb_table_function_t)(duckdb_function_info info, duckdb_data_chunk output);

// A state is memory of the size that the function asks for; nothing says how it is aligned.
typedef void *duckdb_aggregate_state;
typedef idx_t (*duckdb_aggregate_state_size)(duckdb_function_info info);
typedef void (*duckdb_aggregate_init_t)(duckdb_function_info info, duckdb_aggregate_state _Nonnull state);
typedef void (*duckdb_aggregate_destroy_t)(duckdb_aggregate_state _Nonnull *_Nonnull states, idx_t count);
typedef void (*duckdb_aggregate_update_t)(
    duckdb_function_info info, duckdb_data_chunk input, duckdb_aggregate_state _Nonnull *_Nonnull states);
typedef void (*duckdb_aggregate_combine_t)(
    duckdb_function_info info, duckdb_aggregate_state _Nonnull *_Nonnull source, duckdb_aggregate_state _Nonnull *_Nonnull target, idx_t count);
typedef void (*duckdb_aggregate_finalize_t)(
    duckdb_function_info info, duckdb_aggregate_state _Nonnull *_Nonnull source, duckdb_vector result, idx_t count, idx_t offset);

// The functions, each once: result, name without `duckdb_`, parameters. What may be null is
// marked; a failing `create_*` answers null. Texts returned as `char *` (not const) are the
// caller's and go back through `free`.
#define DUCKDB_REQUIRED_FUNCTIONS(X) \
  /* Library and memory. */ \
  X(const char *_Nullable, library_version, (void)) \
  X(idx_t, vector_size, (void)) \
  X(void, free, (void *_Nullable ptr)) \
  /* Databases and connections. */ \
  X(duckdb_state, create_config, (duckdb_config _Nullable *_Nonnull out_config)) \
  X(duckdb_state, set_config, (duckdb_config config, const char *name, const char *option)) \
  X(void, destroy_config, (duckdb_config _Nullable *_Nonnull config)) \
  X(duckdb_state, open_ext, \
    (const char *_Nullable path, duckdb_database _Nullable *_Nonnull out_database, duckdb_config \
     _Nullable config, char *_Nullable *_Nonnull out_error)) \
  X(void, close, (duckdb_database _Nullable *_Nonnull database)) \
  X(duckdb_state, connect, (duckdb_database database, duckdb_connection _Nullable *_Nonnull out_connection)) \
  X(void, disconnect, (duckdb_connection _Nullable *_Nonnull connection)) \
  X(void, interrupt, (duckdb_connection connection)) \
  X(duckdb_query_progress_type, query_progress, (duckdb_connection connection)) \
  X(void, connection_get_client_context, \
    (duckdb_connection connection, duckdb_client_context _Nullable *_Nonnull out_context)) \
  /* Running the database's tasks on threads of the host. */ \
  X(duckdb_task_state _Nullable, create_task_state, (duckdb_database database)) \
  X(idx_t, execute_n_tasks_state, (duckdb_task_state state, idx_t max_tasks)) \
  X(void, finish_execution, (duckdb_task_state state)) \
  X(void, destroy_task_state, (duckdb_task_state state)) \
  /* Statements. */ \
  X(idx_t, extract_statements, \
    (duckdb_connection connection, const char *query, duckdb_extracted_statements _Nullable *_Nonnull \
     out_extracted_statements)) \
  X(const char *_Nullable, extract_statements_error, (duckdb_extracted_statements extracted_statements)) \
  X(duckdb_state, prepare_extracted_statement, \
    (duckdb_connection connection, duckdb_extracted_statements extracted_statements, idx_t index, \
     duckdb_prepared_statement _Nullable *_Nonnull out_prepared_statement)) \
  X(void, destroy_extracted, (duckdb_extracted_statements _Nullable *_Nonnull extracted_statements)) \
  X(const char *_Nullable, prepare_error, (duckdb_prepared_statement prepared_statement)) \
  X(duckdb_statement_type, prepared_statement_type, (duckdb_prepared_statement statement)) \
  X(duckdb_state, prepare, \
    (duckdb_connection connection, const char *query, duckdb_prepared_statement _Nullable *_Nonnull \
     out_prepared_statement)) \
  X(duckdb_state, bind_value, (duckdb_prepared_statement prepared_statement, idx_t param_idx, duckdb_value val)) \
  X(duckdb_state, execute_prepared, (duckdb_prepared_statement prepared_statement, duckdb_result *out_result)) \
  X(duckdb_state, query, (duckdb_connection connection, const char *query, duckdb_result *out_result)) \
  /* Values by themselves. */ \
  X(char *_Nullable, get_varchar, (duckdb_value value)) \
  X(void, destroy_value, (duckdb_value _Nullable *_Nonnull value)) \
  X(idx_t, prepared_statement_column_count, (duckdb_prepared_statement prepared_statement)) \
  X(const char *_Nullable, prepared_statement_column_name, \
    (duckdb_prepared_statement prepared_statement, idx_t col_idx)) \
  X(void, destroy_prepare, (duckdb_prepared_statement _Nullable *_Nonnull prepared_statement)) \
  X(duckdb_state, pending_prepared, \
    (duckdb_prepared_statement prepared_statement, duckdb_pending_result _Nullable *_Nonnull \
     out_result)) \
  X(const char *_Nullable, pending_error, (duckdb_pending_result pending_result)) \
  X(duckdb_pending_state, pending_execute_task, (duckdb_pending_result pending_result)) \
  X(bool, pending_execution_is_finished, (duckdb_pending_state pending_state)) \
  X(duckdb_state, execute_pending, (duckdb_pending_result pending_result, duckdb_result *out_result)) \
  X(void, destroy_pending, (duckdb_pending_result _Nullable *_Nonnull pending_result)) \
  /* Results. */ \
  X(void, destroy_result, (duckdb_result *result)) \
  X(const char *_Nullable, result_error, (duckdb_result *result)) \
  X(duckdb_result_type, result_return_type, (duckdb_result result)) \
  X(idx_t, rows_changed, (duckdb_result *result)) \
  X(idx_t, column_count, (duckdb_result *result)) \
  X(const char *_Nullable, column_name, (duckdb_result *result, idx_t col)) \
  X(duckdb_logical_type _Nullable, column_logical_type, (duckdb_result *result, idx_t col)) \
  X(duckdb_data_chunk _Nullable, fetch_chunk, (duckdb_result result)) \
  /* Chunks. */ \
  X(duckdb_data_chunk _Nullable, create_data_chunk, \
    (const duckdb_logical_type _Nonnull *_Nonnull types, idx_t column_count)) \
  X(void, destroy_data_chunk, (duckdb_data_chunk _Nullable *_Nonnull chunk)) \
  X(void, data_chunk_reset, (duckdb_data_chunk chunk)) \
  X(idx_t, data_chunk_get_size, (duckdb_data_chunk chunk)) \
  X(void, data_chunk_set_size, (duckdb_data_chunk chunk, idx_t size)) \
  X(idx_t, data_chunk_get_column_count, (duckdb_data_chunk chunk)) \
  X(duckdb_vector _Nullable, data_chunk_get_vector, (duckdb_data_chunk chunk, idx_t col_idx)) \
  /* Vectors. */ \
  X(duckdb_logical_type _Nullable, vector_get_column_type, (duckdb_vector vector)) \
  X(void *_Nullable, vector_get_data, (duckdb_vector vector)) \
  X(uint64_t *_Nullable, vector_get_validity, (duckdb_vector vector)) \
  X(void, vector_ensure_validity_writable, (duckdb_vector vector)) \
  X(void, vector_assign_string_element_len, \
    (duckdb_vector vector, idx_t index, const char *str, idx_t str_len)) \
  X(void, vector_reference_vector, (duckdb_vector to_vector, duckdb_vector from_vector)) \
  X(duckdb_vector _Nullable, list_vector_get_child, (duckdb_vector vector)) \
  X(duckdb_state, list_vector_set_size, (duckdb_vector vector, idx_t size)) \
  X(duckdb_state, list_vector_reserve, (duckdb_vector vector, idx_t required_capacity)) \
  X(duckdb_vector _Nullable, struct_vector_get_child, (duckdb_vector vector, idx_t index)) \
  X(duckdb_vector _Nullable, array_vector_get_child, (duckdb_vector vector)) \
  /* Logical types. */ \
  X(duckdb_logical_type _Nullable, create_logical_type, (duckdb_type type)) \
  X(duckdb_logical_type _Nullable, create_decimal_type, (uint8_t width, uint8_t scale)) \
  X(duckdb_logical_type _Nullable, create_list_type, (duckdb_logical_type type)) \
  X(duckdb_logical_type _Nullable, create_array_type, (duckdb_logical_type type, idx_t array_size)) \
  X(duckdb_logical_type _Nullable, create_map_type, \
    (duckdb_logical_type key_type, duckdb_logical_type value_type)) \
  X(duckdb_logical_type _Nullable, create_struct_type, \
    (const duckdb_logical_type _Nonnull *_Nonnull member_types, const char *_Nonnull const *_Nonnull \
     member_names, idx_t member_count)) \
  X(duckdb_logical_type _Nullable, create_union_type, \
    (const duckdb_logical_type _Nonnull *_Nonnull member_types, const char *_Nonnull const *_Nonnull \
     member_names, idx_t member_count)) \
  X(duckdb_logical_type _Nullable, create_enum_type, \
    (const char *_Nonnull const *_Nonnull member_names, idx_t member_count)) \
  X(void, destroy_logical_type, (duckdb_logical_type _Nullable *_Nonnull type)) \
  X(duckdb_type, get_type_id, (duckdb_logical_type type)) \
  X(char *_Nullable, logical_type_get_alias, (duckdb_logical_type type)) \
  X(void, logical_type_set_alias, (duckdb_logical_type type, const char *alias)) \
  X(uint8_t, decimal_width, (duckdb_logical_type type)) \
  X(uint8_t, decimal_scale, (duckdb_logical_type type)) \
  X(duckdb_type, decimal_internal_type, (duckdb_logical_type type)) \
  X(duckdb_type, enum_internal_type, (duckdb_logical_type type)) \
  X(uint32_t, enum_dictionary_size, (duckdb_logical_type type)) \
  X(char *_Nullable, enum_dictionary_value, (duckdb_logical_type type, idx_t index)) \
  X(duckdb_logical_type _Nullable, list_type_child_type, (duckdb_logical_type type)) \
  X(duckdb_logical_type _Nullable, array_type_child_type, (duckdb_logical_type type)) \
  X(idx_t, array_type_array_size, (duckdb_logical_type type)) \
  X(duckdb_logical_type _Nullable, map_type_key_type, (duckdb_logical_type type)) \
  X(duckdb_logical_type _Nullable, map_type_value_type, (duckdb_logical_type type)) \
  X(idx_t, struct_type_child_count, (duckdb_logical_type type)) \
  X(char *_Nullable, struct_type_child_name, (duckdb_logical_type type, idx_t index)) \
  X(duckdb_logical_type _Nullable, struct_type_child_type, (duckdb_logical_type type, idx_t index)) \
  X(idx_t, union_type_member_count, (duckdb_logical_type type)) \
  X(char *_Nullable, union_type_member_name, (duckdb_logical_type type, idx_t index)) \
  X(duckdb_logical_type _Nullable, union_type_member_type, (duckdb_logical_type type, idx_t index)) \
  /* Scalar functions. */ \
  X(duckdb_scalar_function _Nullable, create_scalar_function, (void)) \
  X(void, destroy_scalar_function, (duckdb_scalar_function _Nullable *_Nonnull scalar_function)) \
  X(duckdb_state, register_scalar_function, (duckdb_connection con, duckdb_scalar_function scalar_function)) \
  X(duckdb_scalar_function_set _Nullable, create_scalar_function_set, (const char *name)) \
  X(void, destroy_scalar_function_set, (duckdb_scalar_function_set _Nullable *_Nonnull scalar_function_set)) \
  X(duckdb_state, add_scalar_function_to_set, \
    (duckdb_scalar_function_set set, duckdb_scalar_function function)) \
  X(duckdb_state, register_scalar_function_set, (duckdb_connection con, duckdb_scalar_function_set set)) \
  X(void, scalar_function_set_name, (duckdb_scalar_function scalar_function, const char *name)) \
  X(void, scalar_function_add_parameter, (duckdb_scalar_function scalar_function, duckdb_logical_type type)) \
  X(void, scalar_function_set_varargs, (duckdb_scalar_function scalar_function, duckdb_logical_type type)) \
  X(void, scalar_function_set_return_type, \
    (duckdb_scalar_function scalar_function, duckdb_logical_type type)) \
  X(void, scalar_function_set_special_handling, (duckdb_scalar_function scalar_function)) \
  X(void, scalar_function_set_volatile, (duckdb_scalar_function scalar_function)) \
  X(void, scalar_function_set_extra_info, \
    (duckdb_scalar_function scalar_function, void *_Nullable extra_info, duckdb_delete_callback_t \
     _Nullable destroy)) \
  X(void, scalar_function_set_function, \
    (duckdb_scalar_function scalar_function, duckdb_scalar_function_t function)) \
  X(void *_Nullable, scalar_function_get_extra_info, (duckdb_function_info info)) \
  X(void, scalar_function_set_error, (duckdb_function_info info, const char *error)) \
  /* Binding of scalar functions. */ \
  X(void, scalar_function_set_bind, \
    (duckdb_scalar_function scalar_function, duckdb_scalar_function_bind_t bind)) \
  X(void, scalar_function_set_bind_data, \
    (duckdb_bind_info info, void *_Nullable bind_data, duckdb_delete_callback_t _Nullable destroy)) \
  X(void, scalar_function_set_bind_data_copy, (duckdb_bind_info info, duckdb_copy_callback_t copy)) \
  X(void, scalar_function_bind_set_error, (duckdb_bind_info info, const char *error)) \
  X(void *_Nullable, scalar_function_bind_get_extra_info, (duckdb_bind_info info)) \
  X(idx_t, scalar_function_bind_get_argument_count, (duckdb_bind_info info)) \
  X(duckdb_expression _Nullable, scalar_function_bind_get_argument, (duckdb_bind_info info, idx_t index)) \
  X(void *_Nullable, scalar_function_get_bind_data, (duckdb_function_info info)) \
  X(void, scalar_function_get_client_context, \
    (duckdb_bind_info info, duckdb_client_context _Nullable *_Nonnull out_context)) \
  X(void, destroy_client_context, (duckdb_client_context _Nullable *_Nonnull context)) \
  X(duckdb_value _Nullable, client_context_get_config_option, \
    (duckdb_client_context context, const char *name, int *_Nullable out_scope)) \
  X(duckdb_logical_type _Nullable, expression_return_type, (duckdb_expression expr)) \
  /* Null where nothing went wrong. */ \
  X(duckdb_error_data _Nullable, expression_fold, \
    (duckdb_client_context context, duckdb_expression expr, duckdb_value _Nullable *_Nonnull out_value)) \
  X(void, destroy_error_data, (duckdb_error_data _Nullable *_Nonnull error_data)) \
  X(bool, expression_is_foldable, (duckdb_expression expr)) \
  X(void, destroy_expression, (duckdb_expression _Nullable *_Nonnull expr)) \
  /* State per executing thread. */ \
  X(void, scalar_function_set_init, \
    (duckdb_scalar_function scalar_function, duckdb_scalar_function_init_t init)) \
  X(void, scalar_function_init_set_error, (duckdb_init_info info, const char *error)) \
  X(void, scalar_function_init_set_state, \
    (duckdb_init_info info, void *_Nullable state, duckdb_delete_callback_t _Nullable destroy)) \
  X(void *_Nullable, scalar_function_init_get_bind_data, (duckdb_init_info info)) \
  X(void *_Nullable, scalar_function_init_get_extra_info, (duckdb_init_info info)) \
  X(void *_Nullable, scalar_function_get_state, (duckdb_function_info info)) \
  /* Table functions. */ \
  X(duckdb_table_function _Nullable, create_table_function, (void)) \
  X(void, destroy_table_function, (duckdb_table_function _Nullable *_Nonnull table_function)) \
  X(duckdb_state, register_table_function, (duckdb_connection con, duckdb_table_function function)) \
  X(void, table_function_set_name, (duckdb_table_function table_function, const char *name)) \
  X(void, table_function_add_parameter, (duckdb_table_function table_function, duckdb_logical_type type)) \
  X(void, table_function_set_extra_info, \
    (duckdb_table_function table_function, void *_Nullable extra_info, duckdb_delete_callback_t \
     _Nullable destroy)) \
  X(void, table_function_set_bind, (duckdb_table_function table_function, duckdb_table_function_bind_t bind)) \
  X(void, table_function_set_init, (duckdb_table_function table_function, duckdb_table_function_init_t init)) \
  X(void, table_function_set_function, (duckdb_table_function table_function, duckdb_table_function_t function)) \
  X(void, table_function_supports_projection_pushdown, (duckdb_table_function table_function, bool pushdown)) \
  X(void *_Nullable, bind_get_extra_info, (duckdb_bind_info info)) \
  X(void, bind_add_result_column, (duckdb_bind_info info, const char *name, duckdb_logical_type type)) \
  X(idx_t, bind_get_parameter_count, (duckdb_bind_info info)) \
  X(duckdb_value _Nullable, bind_get_parameter, (duckdb_bind_info info, idx_t index)) \
  X(void, bind_set_bind_data, \
    (duckdb_bind_info info, void *_Nullable bind_data, duckdb_delete_callback_t _Nullable destroy)) \
  X(void, bind_set_error, (duckdb_bind_info info, const char *error)) \
  X(void *_Nullable, init_get_bind_data, (duckdb_init_info info)) \
  X(void, init_set_init_data, \
    (duckdb_init_info info, void *_Nullable init_data, duckdb_delete_callback_t _Nullable destroy)) \
  X(idx_t, init_get_column_count, (duckdb_init_info info)) \
  X(idx_t, init_get_column_index, (duckdb_init_info info, idx_t column_index)) \
  X(void, init_set_error, (duckdb_init_info info, const char *error)) \
  X(void *_Nullable, function_get_init_data, (duckdb_function_info info)) \
  X(void, function_set_error, (duckdb_function_info info, const char *error)) \
  X(void, table_function_get_client_context, \
    (duckdb_bind_info info, duckdb_client_context _Nullable *_Nonnull out_context)) \
  /* Aggregate functions. */ \
  X(duckdb_aggregate_function _Nullable, create_aggregate_function, (void)) \
  X(void, destroy_aggregate_function, (duckdb_aggregate_function _Nullable *_Nonnull aggregate_function)) \
  X(void, aggregate_function_set_name, (duckdb_aggregate_function aggregate_function, const char *name)) \
  X(void, aggregate_function_add_parameter, \
    (duckdb_aggregate_function aggregate_function, duckdb_logical_type type)) \
  X(void, aggregate_function_set_return_type, \
    (duckdb_aggregate_function aggregate_function, duckdb_logical_type type)) \
  X(void, aggregate_function_set_functions, \
    (duckdb_aggregate_function aggregate_function, duckdb_aggregate_state_size state_size, \
     duckdb_aggregate_init_t state_init, duckdb_aggregate_update_t update, duckdb_aggregate_combine_t combine, \
     duckdb_aggregate_finalize_t finalize)) \
  X(void, aggregate_function_set_destructor, \
    (duckdb_aggregate_function aggregate_function, duckdb_aggregate_destroy_t destroy)) \
  X(void, aggregate_function_set_special_handling, (duckdb_aggregate_function aggregate_function)) \
  X(void, aggregate_function_set_extra_info, \
    (duckdb_aggregate_function aggregate_function, void *_Nullable extra_info, duckdb_delete_callback_t \
     _Nullable destroy)) \
  X(void *_Nullable, aggregate_function_get_extra_info, (duckdb_function_info info)) \
  X(void, aggregate_function_set_error, (duckdb_function_info info, const char *error)) \
  X(duckdb_aggregate_function_set _Nullable, create_aggregate_function_set, (const char *name)) \
  X(void, destroy_aggregate_function_set, (duckdb_aggregate_function_set _Nullable *_Nonnull set)) \
  X(duckdb_state, add_aggregate_function_to_set, \
    (duckdb_aggregate_function_set set, duckdb_aggregate_function function)) \
  X(duckdb_state, register_aggregate_function_set, (duckdb_connection con, duckdb_aggregate_function_set set)) \
  /* Vectors of our own. */ \
  X(duckdb_vector _Nullable, create_vector, (duckdb_logical_type type, idx_t capacity)) \
  X(void, destroy_vector, (duckdb_vector _Nullable *_Nonnull vector)) \
  X(duckdb_selection_vector _Nullable, create_selection_vector, (idx_t size)) \
  X(void, destroy_selection_vector, (duckdb_selection_vector vector)) \
  X(uint32_t *_Nullable, selection_vector_get_data_ptr, (duckdb_selection_vector vector)) \
  X(void, vector_copy_sel, \
    (duckdb_vector src, duckdb_vector dst, duckdb_selection_vector sel, idx_t src_count, idx_t src_offset, \
     idx_t dst_offset))

// Deprecated without a replacement so far: a library without it still works, but then holds a
// whole result in memory.
#define DUCKDB_OPTIONAL_FUNCTIONS(X) \
  X(duckdb_state, pending_prepared_streaming, \
    (duckdb_prepared_statement prepared_statement, duckdb_pending_result _Nullable *_Nonnull \
     out_result))

// clang-format off
#define DUCKDB_FIELD(result, name, parameters) result (*_Nonnull name) parameters;
#define DUCKDB_OPTIONAL_FIELD(result, name, parameters) result (*_Nullable name) parameters;
#define DUCKDB_NAME(result, name, parameters) "duckdb_" #name,
#define DUCKDB_ONE(result, name, parameters) +1
// clang-format on

// Every field is a function pointer, so the struct can be filled as an array of pointers, in the
// order of `duckdb_function_name`: first the required functions, then the optional ones.
typedef struct DuckDBFunctions {
  DUCKDB_REQUIRED_FUNCTIONS(DUCKDB_FIELD)
  DUCKDB_OPTIONAL_FUNCTIONS(DUCKDB_OPTIONAL_FIELD)
} DuckDBFunctions;

static const size_t duckdb_required_function_count = 0 DUCKDB_REQUIRED_FUNCTIONS(DUCKDB_ONE);

_Static_assert(
    sizeof(DuckDBFunctions) ==
        (0 DUCKDB_REQUIRED_FUNCTIONS(DUCKDB_ONE) DUCKDB_OPTIONAL_FUNCTIONS(DUCKDB_ONE)) * sizeof(void *),
    "the struct is an array of pointers");

// The symbol at `index` of `DuckDBFunctions`, or null behind the last.
static inline const char *_Nullable duckdb_function_name(size_t index) {
  static const char *const names[] = {
    DUCKDB_REQUIRED_FUNCTIONS(DUCKDB_NAME)
    DUCKDB_OPTIONAL_FUNCTIONS(DUCKDB_NAME)
  };
  return index < sizeof names / sizeof *names ? names[index] : NULL;
}

#undef DUCKDB_HANDLE
#undef DUCKDB_FIELD
#undef DUCKDB_OPTIONAL_FIELD
#undef DUCKDB_NAME
#undef DUCKDB_ONE

#pragma clang assume_nonnull end
