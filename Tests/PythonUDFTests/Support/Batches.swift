import Columnar

/// Columns as a batch; calls do not read their names.
func batch(_ columns: [Column], rowCount: Int? = nil) throws -> RecordBatch {
  let fields = columns.enumerated().map { Field(name: "column\($0)", type: $1.type) }
  return try RecordBatch(schema: Schema(fields), columns: columns, rowCount: rowCount)
}

/// Columns as a batch; calls do not read their names.
func batch(_ columns: Column...) throws -> RecordBatch { try batch(columns) }

/// A batch of one `int64` column.
func integers(_ values: [Int64?]) throws -> RecordBatch { try batch(Column(values)) }

/// Rows without columns, for functions without parameters.
func rows(_ count: Int) throws -> RecordBatch { try batch([], rowCount: count) }
